import { PassThrough, type Readable, type Writable } from "node:stream";
import { type Exit, exitOf } from "../os/exit.js";
import type { Identity } from "../os/identity.js";
import type { KernelStatus } from "../os/kernel-status.js";
import type { Child, SpawnRequest, Survivor, Usage, UsageOptions } from "../os/os.js";
import { isAlive, type OsState } from "../os/os-state.js";
import type { Signal } from "../os/signal.js";
import { fakeKernelStatus } from "./fake-kernel-status.js";

/** What a fake program does; called when it is started. Without any doing of its own it sleeps until a signal ends it. */
export type FakeProgram = (process: FakeProcess) => void;

/** What the fake operating system does for its processes. */
export interface FakeKernel {
  readonly bootId: string;
  now(): number;
  newPid(): number;
  register(process: FakeProcess): void;
}

/** Signals that end a process which does nothing about them, signal(7). */
const harmless: ReadonlySet<Signal> = new Set<Signal>(["SIGCHLD", "SIGURG", "SIGWINCH", "SIGCONT"]);
const suspending: ReadonlySet<Signal> = new Set<Signal>(["SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU"]);

/** A process of a fake operating system: it obeys its program, and keeps every signal it got in `signals`. */
export class FakeProcess implements Child {
  readonly identity: Identity;
  readonly startedAt: Date;
  readonly commandLine: readonly string[];
  readonly workingDirectory: string;
  readonly request: SpawnRequest;
  readonly exit: Promise<Exit>;
  readonly stdin: Writable | undefined;
  readonly stdout: Readable | undefined;
  readonly stderr: Readable | undefined;
  /** Every signal it got, also those it ignored. */
  readonly signals: Signal[] = [];
  /** CPU sets it was pinned to. */
  readonly affinities: ({ readonly mask: string } | { readonly list: string })[] = [];
  readonly children: FakeProcess[] = [];
  readonly #kernel: FakeKernel;
  readonly #pending: Signal[] = [];
  readonly #sockets = new Set<string>();
  readonly #handlers = new Map<Signal, () => void>();
  #settle: (exit: Exit) => void = () => undefined;
  #state: OsState = "sleeping";

  constructor(request: SpawnRequest, kernel: FakeKernel) {
    this.#kernel = kernel;
    this.request = request;
    const startTicks = Math.round(kernel.now() / 10);
    this.identity = Object.freeze({ pid: kernel.newPid(), startTicks, bootId: kernel.bootId, pidNamespace: "fake" });
    this.startedAt = new Date(kernel.now());
    this.commandLine = [request.file, ...request.args];
    this.workingDirectory = request.cwd;
    this.stdin = request.stdin === "pipe" ? new PassThrough() : undefined;
    this.stdout = request.stdout.kind === "pipe" ? new PassThrough() : undefined;
    this.stderr = request.stderr.kind === "pipe" ? new PassThrough() : undefined;
    this.exit = new Promise((resolve) => {
      this.#settle = resolve;
    });
    kernel.register(this);
  }

  /** For the program: ends with an exit code. */
  end(code: number): void {
    this.#finish(exitOf(code, null, new Date(this.#kernel.now())));
  }

  /** For the program: takes a signal instead of being ended by it. SIGKILL and SIGSTOP cannot be taken. */
  onSignal(signal: Signal, handler: () => void = () => undefined): void {
    if (signal !== "SIGKILL" && signal !== "SIGSTOP") this.#handlers.set(signal, handler);
  }

  /** For the program: writes to its output, where that is a pipe. */
  write(stream: "stdout" | "stderr", text: string): void {
    (this[stream] as PassThrough | undefined)?.write(text);
  }

  /** For the program: enters a kernel state, such as `disk-sleep`. */
  enter(state: OsState): void {
    if (isAlive(this.#state)) this.#state = state;
  }

  /** For the program: starts a process of its own tree. */
  fork(program: FakeProgram = () => undefined): FakeProcess {
    const child = new FakeProcess(this.request, this.#kernel);
    this.children.push(child);
    program(child);
    return child;
  }

  /** For the program: listens at a Unix socket path, as `listensOn` sees it; nothing can connect to it. */
  listen(socketPath: string): void {
    this.#sockets.add(socketPath);
  }

  sample(): OsState {
    return this.#state;
  }

  uptimeMs(): number {
    return isAlive(this.#state) ? this.#kernel.now() - this.startedAt.getTime() : 0;
  }

  signal(signal: Signal): boolean {
    if (!isAlive(this.#state)) return false;
    this.signals.push(signal);
    if (signal === "SIGKILL") this.#finish(exitOf(null, signal, new Date(this.#kernel.now())));
    else if (suspending.has(signal) && !this.#handlers.has(signal)) this.enter("stopped");
    else this.#deliver(signal);
    return true;
  }

  signalTree(...signals: readonly Signal[]): Promise<void> {
    const members = this.#tree();
    for (const signal of signals) for (const member of members) member.signal(signal);
    return Promise.resolve();
  }

  survivors(): Promise<readonly Survivor[]> {
    const living = this.#tree().filter((member) => isAlive(member.sample()));
    return Promise.resolve(
      living.map(({ identity: { pid, startTicks }, commandLine }) => {
        return { pid, startTicks, command: commandLine.join(" ") };
      }),
    );
  }

  kernelStatus(): KernelStatus | undefined {
    return isAlive(this.#state) ? fakeKernelStatus(this.identity.pid, this.request.file, this.#state) : undefined;
  }

  async usage({ countFiles = true }: UsageOptions = {}): Promise<Usage> {
    const processes = (await this.survivors()).length;
    return {
      cpuPercent: 0,
      memoryBytes: processes * 1024 * 1024,
      threads: processes,
      openFiles: countFiles ? 3 * processes : undefined,
      processes,
    };
  }

  listensOn(socketPath: string): Promise<boolean | undefined> {
    return Promise.resolve(this.#tree().some((member) => isAlive(member.#state) && member.#sockets.has(socketPath)));
  }

  setAffinity(cpus: { readonly mask: string } | { readonly list: string }): Promise<void> {
    this.affinities.push(cpus);
    return Promise.resolve();
  }

  unref(): void {
    return undefined;
  }

  release(): void {
    return undefined;
  }

  #deliver(signal: Signal): void {
    if (signal === "SIGCONT" && this.#state === "stopped") {
      this.#state = "sleeping";
      // What was sent while it was stopped is handled now, signal(7).
      for (const pending of this.#pending.splice(0)) this.#deliver(pending);
    }
    if (this.#state === "stopped") {
      this.#pending.push(signal);
      return;
    }
    const handler = this.#handlers.get(signal);
    if (handler !== undefined) handler();
    else if (!harmless.has(signal)) this.#finish(exitOf(null, signal, new Date(this.#kernel.now())));
  }

  #finish(exit: Exit): void {
    if (!isAlive(this.#state)) return;
    this.#state = "gone";
    (this.stdout as PassThrough | undefined)?.end();
    (this.stderr as PassThrough | undefined)?.end();
    this.#settle(exit);
  }

  #tree(): readonly FakeProcess[] {
    return [this, ...this.children.flatMap((child) => child.#tree())];
  }
}
