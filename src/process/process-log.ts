import { isDeepStrictEqual } from "node:util";
import { BehaviorSubject, type Observable, type SchedulerLike, switchMap } from "rxjs";
import { FileLogBook } from "../logs/file-log-book.js";
import { JoinedLogBook } from "../logs/joined-log-book.js";
import type { BatchedLogBook, OwnedLogBook } from "../logs/log-book.js";
import type { HeldLog, LogFiles } from "../logs/log-files.js";
import type { LineFilter, LogLine, LogStream } from "../logs/log-line.js";
import { eachLine } from "../logs/merge-batches.js";
import { RingLogBook } from "../logs/ring-log-book.js";
import { describeStart, writeMarker } from "../logs/write-marker.js";
import type { Child, OutputTarget } from "../os/os.js";
import type { LogPolicy } from "../template/process-template.js";
import { type OutputSource, outputInFile, outputOfPipe, RunOutput, unseen } from "./run-output.js";

/** Where both output streams go. */
export type OutputTargets = Readonly<Record<LogStream, OutputTarget>>;

export interface ProcessLogContext {
  /** Name of the process. */
  readonly name: string;
  readonly logFiles: LogFiles;
  /** Clock and timers; those of background work let the host program end. */
  readonly scheduler: SchedulerLike;
}

/** What is about to be written by a run. */
export interface PreparedOutput {
  /** The run has begun; to be called in the turn in which it was spawned. */
  readonly connect: (child: Child) => RunOutput;
  /** It could not be started. */
  readonly abandon: () => void;
}

/** One place of output, and what serves it. */
interface Place {
  readonly targets: OutputTargets;
  readonly bufferLines: number;
  readonly files: Readonly<Partial<Record<LogStream, HeldLog>>>;
  readonly ring: RingLogBook | undefined;
  readonly book: OwnedLogBook;
}

/** The log of one process, whatever run of it, and wherever its template has it written. Made when it is first needed. */
export class ProcessLog implements BatchedLogBook {
  readonly #context: ProcessLogContext;
  /** Where output goes, and how it is kept, by the present template. */
  readonly #planned: () => { readonly targets: OutputTargets; readonly policy: LogPolicy };
  readonly #place$: BehaviorSubject<Place>;
  /** Whether a run writes: it goes on where it began, whatever the template says meanwhile. */
  #isWriting = false;
  /** Resolves when what the last run has written was delivered. */
  #ending: Promise<void> = Promise.resolve();

  constructor(context: ProcessLogContext, planned: () => { targets: OutputTargets; policy: LogPolicy }) {
    this.#context = context;
    this.#planned = planned;
    const { targets, policy } = planned();
    this.#place$ = new BehaviorSubject(this.#open(targets, policy));
  }

  tail(count?: number, filter?: LineFilter): Promise<readonly LogLine[]> {
    return this.#place.book.tail(count, filter);
  }

  get follow$(): Observable<LogLine> {
    return this.follow();
  }

  follow(count?: number, filter?: LineFilter): Observable<LogLine> {
    return eachLine(this.batches(count, filter));
  }

  /** After a move there is nothing to repeat: what stands in the new place is of others, or has been told. */
  batches(count?: number, filter?: LineFilter): Observable<readonly LogLine[]> {
    return this.#place$.pipe(switchMap(({ book }, moves) => book.batches(moves === 0 ? count : 0, filter)));
  }

  async clear(): Promise<void> {
    await this.#place.book.clear();
  }

  /** To be called before a process is spawned with this output: what stands in its files then is of earlier runs. */
  async prepare({ stdout: out, stderr: err }: OutputTargets, policy: LogPolicy): Promise<PreparedOutput> {
    this.#moveTo({ stdout: out, stderr: err }, policy);
    const place = this.#place;
    const { files, ring } = place;
    if (policy.marker) await this.#mark(place);
    await this.#begin(policy);
    const fromByte = { stdout: files.stdout?.file.lookedBytes, stderr: files.stderr?.file.lookedBytes };
    const ends = (): void => this.#end(place);
    const connect = (child: Child): RunOutput => {
      void child.exit.then(ends);
      const sourceOf = (stream: LogStream): OutputSource => {
        const { scheduler } = this.#context;
        const [file, pipe] = [files[stream]?.file, child[stream]];
        if (file !== undefined) return outputInFile(file, fromByte[stream] ?? 0, scheduler);
        if (ring === undefined || pipe === undefined) return unseen;
        return outputOfPipe(ring.capture(stream, pipe), child.exit, scheduler);
      };
      const stdout = sourceOf("stdout");
      const isOneFile = files.stdout !== undefined && files.stdout.file === files.stderr?.file;
      return new RunOutput(stdout, isOneFile ? stdout : sourceOf("stderr"));
    };
    return { connect, abandon: ends };
  }

  /** A process that runs already writes here; `rotates` unless somebody else takes care of that. */
  found(targets: OutputTargets, policy: LogPolicy, rotates: boolean, exit: Promise<unknown>): void {
    this.#moveTo(targets, policy);
    const place = this.#place;
    void this.#begin(rotates ? policy : undefined);
    void exit.then(() => this.#end(place));
  }

  /** The template was changed: what does not run is written elsewhere the next time. */
  planChanged(): void {
    const { targets, policy } = this.#planned();
    if (!this.#isWriting) this.#moveTo(targets, policy);
  }

  /** Completes all followers, when they have got what was written by runs that have ended, and lets go of files. */
  async close(): Promise<void> {
    await this.#ending;
    this.#leave(this.#place);
    this.#place$.complete();
  }

  get #place(): Place {
    return this.#place$.value;
  }

  #moveTo(targets: OutputTargets, policy: LogPolicy): void {
    const before = this.#place;
    const isSame = isDeepStrictEqual(before.targets, targets) && before.bufferLines === policy.bufferLines;
    if (isSame) return;
    this.#place$.next(this.#open(targets, policy));
    this.#leave(before);
  }

  #open(targets: OutputTargets, { bufferLines }: LogPolicy): Place {
    const { logFiles, scheduler } = this.#context;
    const hold = ({ stdout, stderr }: OutputTargets): Place["files"] => ({
      ...(stdout.kind === "file" && { stdout: logFiles.hold(stdout.path) }),
      ...(stderr.kind === "file" && { stderr: logFiles.hold(stderr.path) }),
    });
    const files = hold(targets);
    const hasPipe = Object.values(targets).some(({ kind }) => kind === "pipe");
    const ring = hasPipe ? new RingLogBook({ bufferLines, scheduler }) : undefined;
    const { stdout, stderr } = files;
    const inFiles = new FileLogBook({ stdout: stdout?.file, stderr: stderr?.file, bufferLines, scheduler });
    const hasFile = stdout !== undefined || stderr !== undefined;
    const book = ring === undefined ? inFiles : hasFile ? new JoinedLogBook([inFiles, ring], bufferLines) : ring;
    return { targets, bufferLines, files, ring, book };
  }

  #leave({ files, book }: Place): void {
    book.close();
    for (const held of Object.values(files)) held.release();
  }

  async #begin(policy: LogPolicy | undefined): Promise<void> {
    const { files, book } = this.#place;
    this.#isWriting = true;
    await book.runStarted();
    if (policy !== undefined) for (const held of Object.values(files)) held.writingBegins(policy);
  }

  async #mark({ files, ring }: Place): Promise<void> {
    const { name, scheduler } = this.#context;
    const line = describeStart(name, new Date(scheduler.now()));
    const file = files.stdout?.file;
    // After whoever has begun to follow before: it is new to them.
    if (file !== undefined) await file.exclusive(async () => writeMarker(file.path, line));
    else ring?.note(line);
  }

  #end({ files, book }: Place): void {
    this.#isWriting = false;
    this.#ending = book.runEnded();
    for (const held of Object.values(files)) held.writingEnds();
  }
}
