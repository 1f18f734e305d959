import { EMPTY, firstValueFrom, from, merge, type Observable, type SchedulerLike, timer } from "rxjs";
import { followLog } from "../logs/follow-log.js";
import type { LogFile } from "../logs/log-file.js";
import type { LogStream } from "../logs/log-line.js";
import { readLastLines } from "../logs/read-last-lines.js";
import type { CapturedOutput } from "../logs/ring-log-book.js";

/** One output stream of one run, wherever it goes. */
export interface OutputSource {
  readonly lines$: Observable<string>;
  /** The last lines of this run; what comes after the call does not count. */
  lastLines(count: number): Promise<readonly string[]>;
}

/** A stream nobody can read. */
export const unseen: OutputSource = { lines$: EMPTY, lastLines: () => Promise.resolve([]) };

/** What one run of a process writes, from its first byte on: read from the file it writes to, or kept from its pipe. */
export class RunOutput {
  readonly #sources: Readonly<Record<LogStream, OutputSource>>;

  /** Both are the same object when both streams go into one file. */
  constructor(stdout: OutputSource, stderr: OutputSource) {
    this.#sources = { stdout, stderr };
  }

  /** Of a process somebody else has started, or that an earlier manager has: nobody knows where its output began. */
  static readonly unknown = new RunOutput(unseen, unseen);

  /** Whether what the process writes can be seen from its first line on. */
  get isKnown(): boolean {
    return this !== RunOutput.unknown;
  }

  /** Every line of both streams, from the first one on. Of pipes it does not replay; never completes or errors. */
  get lines$(): Observable<string> {
    const { stdout, stderr } = this.#sources;
    return stdout === stderr ? stdout.lines$ : merge(stdout.lines$, stderr.lines$);
  }

  /** The last lines of this run: errors if there are any, else what it wrote to standard output. */
  async lastWords(count: number): Promise<readonly string[]> {
    const errors = await this.lastLines("stderr", count);
    return errors.length > 0 ? errors : await this.lastLines("stdout", count);
  }

  /** The last lines this run has written to a stream so far. */
  lastLines(stream: LogStream, count: number): Promise<readonly string[]> {
    return this.#sources[stream].lastLines(count);
  }
}

/** A stream that goes into a file, from the byte on at which the run began. */
export function outputInFile(file: LogFile, fromByte: number, scheduler: SchedulerLike): OutputSource {
  return {
    lines$: followLog(file, { fromByte, scheduler }),
    lastLines: async (count) => await readLastLines(file, count, fromByte),
  };
}

/** In milliseconds: so long what a process wrote last is waited for, when something it left behind keeps the pipe open. */
const drainTimeoutMs = 100;

/** A stream that comes out of a pipe of a process with this end. */
export function outputOfPipe(captured: CapturedOutput, exit: Promise<unknown>, scheduler: SchedulerLike): OutputSource {
  let drained: Promise<unknown> = Promise.resolve();
  // The end of a process may be told before what it wrote last has come through.
  void exit.then(() => {
    drained = firstValueFrom(merge(from(captured.closed), timer(drainTimeoutMs, scheduler)));
  });
  const lastLines = async (count: number): Promise<readonly string[]> => {
    await drained;
    return captured.last(count);
  };
  return { lines$: captured.lines$, lastLines };
}
