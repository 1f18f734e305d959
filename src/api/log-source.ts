import { map, type Observable } from "rxjs";
import { ProcessError } from "../errors.js";
import type { BatchedLogBook } from "../logs/log-book.js";
import { type LogLine, mergeByTime } from "../logs/log-line.js";
import { eachLine, mergeBatches } from "../logs/merge-batches.js";
import { ManagedProcess } from "../process/managed-process.js";
import type { Process } from "../process/process.js";
import type { LogLineInfo } from "./event-info.js";
import type { LogRequest } from "./log-request.js";

/** What one or several processes write. */
export class LogSource {
  readonly #logs: readonly { readonly name: string; readonly log: BatchedLogBook }[];
  /** Names of the processes it is the log of. */
  readonly names: readonly string[];

  /** @throws ProcessError UNSUPPORTED when the output of none of them is kept */
  constructor(processes: readonly Process[]) {
    const kept = processes.filter(isKept);
    const [first] = processes;
    if (kept.length === 0 && first !== undefined) throw notKept(first);
    this.#logs = kept.flatMap((process) =>
      process instanceof ManagedProcess ? [{ name: process.name, log: process.log }] : [],
    );
    this.names = this.#logs.map(({ name }) => name);
  }

  /** The last lines of each, by their times. */
  async tail({ lines, filter }: LogRequest): Promise<readonly LogLineInfo[]> {
    const read = this.#logs.map(async ({ name, log }) => named(name, await log.tail(lines, filter)));
    return mergeByTime(await Promise.all(read)).map(describeLine);
  }

  /** The same, then each new line. */
  follow({ lines, filter }: LogRequest): Observable<NamedLine> {
    const batches = this.#logs.map(({ name, log }) => {
      return log.batches(lines, filter).pipe(map((batch) => named(name, batch)));
    });
    return eachLine(mergeBatches(batches));
  }

  async clear(): Promise<void> {
    await Promise.all(this.#logs.map(({ log }) => log.clear()));
  }
}

/** A line and whose it is. */
export interface NamedLine extends LogLine {
  readonly process: string;
}

function named(process: string, lines: readonly LogLine[]): readonly NamedLine[] {
  return lines.map(({ at, stream, line, isPartial }) => {
    return isPartial === true ? { process, at, stream, line, isPartial } : { process, at, stream, line };
  });
}

/** A line as the API tells it. Done for lines that are sent: a slow reader misses most of a flood. */
export function describeLine({ process, at, stream, line, isPartial }: NamedLine): LogLineInfo {
  return { process, at: at?.toISOString() ?? null, stream, line, partial: isPartial === true };
}

function isKept({ template: { logs, detach } }: Process): boolean {
  return logs.mode !== "DISCARD" && (logs.mode !== "INHERIT" || detach);
}

function notKept({ name, template }: Process): ProcessError {
  const text = `${name}: its output is not kept: its template says logs.mode ${template.logs.mode}`;
  return new ProcessError("UNSUPPORTED", text, { process: name });
}
