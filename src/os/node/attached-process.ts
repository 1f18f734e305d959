import { ProcessError } from "../../errors.js";
import { type Exit, exitOf } from "../exit.js";
import type { Identity } from "../identity.js";
import type { KernelStatus } from "../kernel-status.js";
import type { AttachedChild, Survivor, Usage, UsageOptions } from "../os.js";
import { isAlive, type OsState } from "../os-state.js";
import { type Signal, signalOfNumber } from "../signal.js";
import { type CpuSet, setAffinity } from "./affinity.js";
import type { Inspector, Probe } from "./inspector.js";
import { ProcessTree } from "./tree.js";

export interface Holding {
  readonly probe: Probe;
  readonly inspector: Inspector;
  readonly leadsGroup: boolean;
  readonly runId: string | undefined;
  /** Whether this host has started it. */
  readonly isOwn: boolean;
}

/** A process held through a probe. Its end is noticed by `sample()`, as nobody tells us about other people's children. */
export class AttachedProcess implements AttachedChild {
  readonly identity: Identity;
  readonly startedAt: Date;
  readonly exit: Promise<Exit>;
  readonly #probe: Probe;
  readonly #inspector: Inspector;
  readonly #tree: ProcessTree;
  #settle: (exit: Exit) => void = () => undefined;
  #ended = false;

  constructor({ probe, inspector, leadsGroup, runId, isOwn }: Holding) {
    this.#probe = probe;
    this.#inspector = inspector;
    this.identity = probe.identity;
    this.startedAt = probe.startedAt;
    const isRootHeld = (): boolean => this.isHeld();
    this.#tree = new ProcessTree(inspector, { root: probe.identity, leadsGroup, runId, isOwn, isRootHeld });
    this.exit = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  get commandLine(): readonly string[] {
    return this.#ended ? [] : this.#inspector.commandLine(this.identity.pid);
  }

  get workingDirectory(): string | undefined {
    return this.#ended ? undefined : this.#inspector.workingDirectory(this.identity.pid);
  }

  sample(): OsState {
    if (this.#ended) return "gone";
    const state = this.#probe.sample();
    if (!isAlive(state)) this.noticeEnd(state);
    return state;
  }

  uptimeMs(): number {
    return this.#ended ? 0 : this.#probe.uptimeMs();
  }

  signal(signal: Signal): boolean {
    if (!this.isHeld()) return false;
    try {
      process.kill(this.identity.pid, signal);
      return true;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "ESRCH") return false;
      if (code !== "EPERM") throw error;
      const text = `${signal} to PID ${this.identity.pid} is not permitted: it belongs to another user`;
      throw new ProcessError("NOT_PERMITTED", text, { cause: error });
    }
  }

  async signalTree(...signals: readonly Signal[]): Promise<void> {
    await this.#tree.signal(signals);
  }

  async survivors(): Promise<readonly Survivor[]> {
    return await this.#tree.survivors();
  }

  kernelStatus(): KernelStatus | undefined {
    return this.#ended ? undefined : this.#probe.kernelStatus();
  }

  async usage({ countFiles = true }: UsageOptions = {}): Promise<Usage> {
    return await this.#tree.usage(this.uptimeMs(), countFiles);
  }

  async listensOn(socketPath: string): Promise<boolean | undefined> {
    return await this.#tree.listensOn(socketPath);
  }

  async setAffinity(cpus: CpuSet): Promise<void> {
    if (this.isHeld()) await setAffinity(this.identity.pid, cpus);
  }

  unref(): void {
    return undefined;
  }

  release(): void {
    this.#probe.release();
  }

  /** Whether the PID is certainly still this process: checked through the probe at the last moment. */
  protected isHeld(): boolean {
    return isAlive(this.sample());
  }

  /** Called when a sample shows that the process has ended. */
  protected noticeEnd(state: OsState): void {
    const status = state === "zombie" ? this.#probe.waitStatus() : undefined;
    this.end(exitOfWaitStatus(status));
  }

  /** Settles the exit, once. */
  protected end(exit: Exit): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#tree.noticeRootEnd();
    this.release();
    this.#settle(exit);
  }
}

/** Decodes a wait status, wait(2): the low seven bits are the signal, the next byte the exit code. */
function exitOfWaitStatus(status: number | undefined): Exit {
  if (status === undefined) return exitOf(null, null, new Date());
  const signal = signalOfNumber(status & 0x7f);
  return signal === undefined ? exitOf((status >> 8) & 0xff, null, new Date()) : exitOf(null, signal, new Date());
}
