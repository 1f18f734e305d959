import type { RunProgram } from "../logs/head-cut.js";
import { LogFiles } from "../logs/log-files.js";
import { copyRotator } from "../logs/rotate-by-copy.js";
import { describeExit } from "../os/exit.js";
import type { Os } from "../os/os.js";
import type { Logger } from "./logger.js";

/** The log files of a manager, which is told when one of them is not rotated. */
export function openLogFiles(os: Os, logger: Logger): LogFiles {
  return new LogFiles({
    rotator: copyRotator(programRunner(os)),
    scheduler: os.backgroundScheduler,
    report: (problem) => logger.warn({ err: problem }, problem.message),
  });
}

/** Runs a tool of the system to its end, without output; gives its exit code, rejects when a signal has ended it. */
function programRunner(os: Os): RunProgram {
  return async (file, args) => {
    const silent = { stdin: "ignore", stdout: { kind: "discard" }, stderr: { kind: "discard" } } as const;
    const { env } = os.host;
    const child = await os.spawn({ file, args, cwd: "/", env, detach: false, ...silent });
    const exit = await child.exit;
    if (exit.code !== null) return exit.code;
    throw new Error(`${file}: ${describeExit(exit)}`);
  };
}
