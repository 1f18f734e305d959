import { statSync } from "node:fs";
import type { Readable } from "node:stream";
import { EMPTY, firstValueFrom, from, merge, type Observable, type SchedulerLike, Subject, timer } from "rxjs";
import { followFile } from "../logs/follow-file.js";
import { LineRing } from "../logs/line-ring.js";
import { LineSplitter } from "../logs/line-splitter.js";
import { readLastLines } from "../logs/read-last-lines.js";
import type { Child, OutputTarget, SpawnRequest } from "../os/os.js";

/** One output stream of one run, wherever it goes. */
interface OutputSource {
  readonly lines$: Observable<string>;
  /** The last lines of this run; what comes after the call does not count. */
  lastLines(count: number): Promise<readonly string[]>;
}

/** A stream nobody can read. */
const nothing: OutputSource = { lines$: EMPTY, lastLines: () => Promise.resolve([]) };

/** What one run of a process writes, from its first byte on: read from the file it writes to, or kept from its pipe. */
export class RunOutput {
  readonly #sources: Readonly<Record<"stdout" | "stderr", OutputSource>>;

  private constructor(stdout: OutputSource, stderr: OutputSource) {
    this.#sources = { stdout, stderr };
  }

  /** Every line of both streams, from the first one on. Of pipes it does not replay; never completes or errors. */
  get lines$(): Observable<string> {
    const { stdout, stderr } = this.#sources;
    return stdout === stderr ? stdout.lines$ : merge(stdout.lines$, stderr.lines$);
  }

  /** Of a process somebody else has started, or that an earlier manager has: nobody knows where its output began. */
  static readonly unknown = new RunOutput(nothing, nothing);

  static readonly #silent = new RunOutput(nothing, nothing);

  /** Whether what the process writes can be seen from its first line on. */
  get isKnown(): boolean {
    return this !== RunOutput.unknown;
  }

  /** To be called before the process is spawned: what stands in its files then is of earlier runs. */
  static prepare(request: SpawnRequest, capacity: number, scheduler: SchedulerLike): PreparedOutput {
    const stdout = prepareSource(request.stdout, capacity, scheduler);
    const isOneFile = request.stdout.kind === "file" && isSameFile(request.stdout, request.stderr);
    const stderr = isOneFile ? stdout : prepareSource(request.stderr, capacity, scheduler);
    return {
      connect: (child) => {
        stdout.connect(child.stdout, child.exit);
        if (stderr !== stdout) stderr.connect(child.stderr, child.exit);
        if (stdout.source === nothing && stderr.source === nothing) return RunOutput.#silent;
        return new RunOutput(stdout.source, stderr.source);
      },
    };
  }

  /** The last lines of this run: errors if there are any, else what it wrote to standard output. */
  async lastWords(count: number): Promise<readonly string[]> {
    const errors = await this.lastLines("stderr", count);
    return errors.length > 0 ? errors : await this.lastLines("stdout", count);
  }

  /** The last lines this run has written to a stream so far. */
  lastLines(stream: "stdout" | "stderr", count: number): Promise<readonly string[]> {
    return this.#sources[stream].lastLines(count);
  }
}

export interface PreparedOutput {
  /** To be called in the turn in which the process was spawned. */
  readonly connect: (child: Child) => RunOutput;
}

interface PreparedSource {
  readonly source: OutputSource;
  readonly connect: (pipe: Readable | undefined, exit: Promise<unknown>) => void;
}

/** In milliseconds: so long what a process wrote last is waited for, when something it left behind keeps the pipe open. */
const drainTimeoutMs = 100;

function prepareSource(target: OutputTarget, capacity: number, scheduler: SchedulerLike): PreparedSource {
  if (target.kind === "file") return { source: ofFile(target.path, scheduler), connect: () => undefined };
  if (target.kind === "pipe") return ofPipe(capacity, scheduler);
  return { source: nothing, connect: () => undefined };
}

function ofFile(path: string, scheduler: SchedulerLike): OutputSource {
  const fromByte = sizeOf(path);
  return {
    lines$: followFile(path, { fromByte, scheduler }),
    lastLines: async (count) => await readLastLines(path, count, { fromByte, toByte: sizeOf(path) }),
  };
}

function ofPipe(capacity: number, scheduler: SchedulerLike): PreparedSource {
  const ring = new LineRing<string>(capacity);
  const lines$ = new Subject<string>();
  const splitter = new LineSplitter((line) => {
    ring.push(line);
    lines$.next(line);
  });
  let drained: Promise<unknown> = Promise.resolve();
  const connect: PreparedSource["connect"] = (pipe, exit) => {
    if (pipe === undefined) return;
    pipe.on("data", (chunk: Buffer) => splitter.push(chunk));
    pipe.once("end", () => splitter.end());
    // A broken pipe ends the stream; the exit of the process is told elsewhere.
    pipe.on("error", () => undefined);
    const closed = new Promise<void>((resolve) => pipe.once("close", resolve));
    // The end of a process may be told before what it wrote last has come through.
    void exit.then(() => {
      drained = firstValueFrom(merge(from(closed), timer(drainTimeoutMs, scheduler)));
    });
  };
  const lastLines = async (count: number): Promise<readonly string[]> => {
    await drained;
    return ring.last(count);
  };
  return { source: { lines$, lastLines }, connect };
}

function isSameFile(one: OutputTarget, other: OutputTarget): boolean {
  return one.kind === "file" && other.kind === "file" && one.path === other.path;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
