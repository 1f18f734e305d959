import type { Client, LogOptions } from "../api/client.js";
import type { Selection } from "../api/command.js";
import type { GapEvent, LogLineInfo } from "../api/event-info.js";
import { ProcessError } from "../errors.js";
import { type ClientFlags, connect } from "./connect.js";
import { exitCode } from "./exit-code.js";
import { LinePrinter } from "./line-printer.js";
import type { Terminal } from "./terminal.js";

export interface LogsFlags extends ClientFlags {
  readonly lines: string;
  readonly group?: string;
  readonly all?: boolean;
  readonly follow?: boolean;
  readonly stdout?: boolean;
  readonly stderr?: boolean;
  readonly since?: string;
  readonly until?: string;
  readonly grep?: string;
  readonly json?: boolean;
  /** False with --no-log-prefix. */
  readonly logPrefix?: boolean;
  readonly timestamps?: boolean;
  readonly clear?: boolean;
}

/** Shows what processes have written, and with --follow what they write; gives the exit code. */
export async function runLogs(names: readonly string[], flags: LogsFlags, terminal: Terminal): Promise<number> {
  const client = connect(flags);
  const selection = selectionOf(names, flags);
  if (flags.clear === true) return await clear(client, selection, terminal);
  const options = optionsOf(flags);
  const tell = printer(selection, flags, terminal);
  if (flags.follow !== true) {
    for (const line of await client.logs(selection, options)) tell(line);
    return exitCode.done;
  }
  const reader = new AbortController();
  // Whoever reads our output has gone: `drover logs -f web | head`.
  void terminal.closed.then(() => reader.abort());
  for await (const { event, data } of client.followLogs(selection, { ...options, cancelSignal: reader.signal })) {
    if (event === "line") tell(data as LogLineInfo);
    else if (event === "gap")
      terminal.err(`${terminal.style("yellow", "warning:")} ${(data as GapEvent).lost} lines were missed`);
  }
  return exitCode.done;
}

/** All without names, a group or --all. */
function selectionOf(names: readonly string[], { group, all, clear: clears }: LogsFlags): Selection {
  const given = [names.length > 0, group !== undefined, all === true].filter(Boolean).length;
  if (given > 1) throw new ProcessError("BAD_REQUEST", "names, --group and --all exclude each other");
  if (given === 0 && clears === true) {
    throw new ProcessError("BAD_REQUEST", "--clear: of which processes? expected names, --group GROUP or --all");
  }
  return names.length > 0 ? { names } : group === undefined ? { all: true } : { group };
}

function optionsOf({ lines, stdout, stderr, since, until, grep }: LogsFlags): LogOptions {
  if (!/^\d{1,9}$/.test(lines)) {
    throw new ProcessError("BAD_REQUEST", `--lines: ${JSON.stringify(lines)} is no number of lines`);
  }
  const stream = stdout === true ? "stdout" : stderr === true ? "stderr" : undefined;
  return { lines: Number(lines), stream, since, until, grep };
}

/** Prints lines, with the name of their process unless it is clear whose they are. */
function printer(
  { names = [] }: Selection,
  { json = false, logPrefix = true, timestamps = false }: LogsFlags,
  terminal: Terminal,
): (line: LogLineInfo) => void {
  if (json) return (line) => terminal.out(JSON.stringify(line));
  const [only] = names.length === 1 ? names : [];
  // The name of a template stands for its instances, and a pattern for whatever it matches.
  const isPrefixed = (process: string): boolean => logPrefix && process !== only;
  const lines = new LinePrinter({ isPrefixed, timestamps }, terminal);
  return (line) => lines.print(line);
}

async function clear(client: Client, selection: Selection, terminal: Terminal): Promise<number> {
  for (const name of await client.clearLogs(selection)) terminal.out(`cleared the log of ${name}`);
  return exitCode.done;
}
