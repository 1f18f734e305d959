import type { Behaviour } from "./behaviour.js";

/** Hands every line a process writes to the logger of the host. */
export const echo: Behaviour = {
  isNeeded: ({ logs }) => logs.echo,
  begin: (process, { tellLine }) =>
    process.log.follow(0).subscribe(({ stream, line }) => {
      const { stdoutLevel, stderrLevel } = process.template.logs;
      tellLine({ process: process.name, stream, level: stream === "stdout" ? stdoutLevel : stderrLevel, line });
    }),
};
