import type { LogOptions } from "../api/client.js";
import type { GapEvent, LogLineInfo } from "../api/event-info.js";
import { ProcessError } from "../errors.js";
import { type ClientFlags, connect } from "./connect.js";
import { exitCode } from "./exit-code.js";
import type { Terminal } from "./terminal.js";

export interface LogsFlags extends ClientFlags {
  readonly lines: string;
  readonly follow?: boolean;
  readonly stdout?: boolean;
  readonly stderr?: boolean;
  readonly json?: boolean;
}

/** Shows what a process has written, and with --follow what it writes; gives the exit code. */
export async function runLogs(name: string, flags: LogsFlags, terminal: Terminal): Promise<number> {
  const { lines: count, follow = false, json = false, ...rest } = flags;
  if (!/^\d{1,9}$/.test(count)) {
    throw new ProcessError("BAD_REQUEST", `--lines: ${JSON.stringify(count)} is no number of lines`);
  }
  const stream = streamOf(rest);
  const options: LogOptions = { lines: Number(count), ...(stream !== undefined && { stream }) };
  const client = connect(rest);
  const tell = (line: LogLineInfo): void => terminal.out(json ? JSON.stringify(line) : describe(line, terminal));
  if (!follow) {
    for (const line of await client.logs(name, options)) tell(line);
    return exitCode.done;
  }
  const reader = new AbortController();
  // Whoever reads our output has gone: `drover logs -f web | head`.
  void terminal.closed.then(() => reader.abort());
  for await (const { event, data } of client.followLogs(name, { ...options, cancelSignal: reader.signal })) {
    if (event === "line") tell(data as LogLineInfo);
    else if (event === "gap")
      terminal.err(`${terminal.style("yellow", "warning:")} ${(data as GapEvent).lost} lines were missed`);
  }
  return exitCode.done;
}

function streamOf({ stdout, stderr }: Pick<LogsFlags, "stdout" | "stderr">): "stdout" | "stderr" | undefined {
  if (stdout === true) return "stdout";
  return stderr === true ? "stderr" : undefined;
}

/** A terminal shows by colour what came on standard error. */
function describe({ line, stream }: LogLineInfo, terminal: Terminal): string {
  return stream === "stderr" ? terminal.style("red", line) : line;
}
