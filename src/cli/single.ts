import { ProcessError } from "../errors.js";
import { type ClientFlags, connect } from "./connect.js";
import { describeExitInfo } from "./describe-info.js";
import { exitCode } from "./exit-code.js";
import { layOut, type Terminal } from "./terminal.js";

/** Sends a signal to a process; gives the exit code. */
export async function runSignal(signal: string, name: string, flags: ClientFlags, terminal: Terminal): Promise<number> {
  return await orNotRunning(terminal, async () => {
    await connect(flags).signal(name, signal);
    terminal.out(`sent ${signal} to ${name}`);
  });
}

export interface WaitFlags extends ClientFlags {
  readonly for?: "ready" | "exited";
  readonly timeout?: string;
}

/** Waits until a process is ready or has exited; gives the exit code. */
export async function runWait(name: string, flags: WaitFlags, terminal: Terminal): Promise<number> {
  const { for: goal = "ready", timeout } = flags;
  return await orNotRunning(terminal, async () => {
    const { exit, pid } = await connect(flags).wait(name, { for: goal, timeout });
    const end = exit === null ? "could not be started" : `has ended: ${describeExitInfo(exit)}`;
    terminal.out(goal === "ready" ? `${name} is ready (pid ${pid})` : `${name} ${end}`);
  });
}

/** Changes how many processes there are of a template; gives the exit code. */
export async function runScale(
  name: string,
  instances: string,
  flags: ClientFlags,
  terminal: Terminal,
): Promise<number> {
  if (!/^\d+$/.test(instances)) {
    throw new ProcessError("BAD_REQUEST", `${instances} is no number of instances: expected a whole number from 1 up`);
  }
  const processes = await connect(flags).scale(name, Number(instances));
  terminal.out(`${name} has ${processes.length} now: ${processes.map((process) => process.name).join(", ")}`);
  return exitCode.done;
}

/** Tells why a process is as it is; gives the exit code. */
export async function runExplain(
  name: string,
  { json = false, ...flags }: ClientFlags & { readonly json?: boolean },
  terminal: Terminal,
): Promise<number> {
  const explanation = await connect(flags).explain(name);
  if (json) {
    terminal.out(JSON.stringify(explanation, null, 2));
    return exitCode.done;
  }
  terminal.out(explanation.summary);
  for (const line of layOut(explanation.facts.map(({ label, text }) => [`  ${label}`, text]))) terminal.out(line);
  return exitCode.done;
}

/** That a process does not run, or will not, has an exit code of its own. */
async function orNotRunning(terminal: Terminal, work: () => Promise<void>): Promise<number> {
  try {
    await work();
    return exitCode.done;
  } catch (reason) {
    const error = ProcessError.from(reason);
    if (error.code !== "ILLEGAL_STATE") throw error;
    terminal.fail(error);
    return exitCode.notRunning;
  }
}
