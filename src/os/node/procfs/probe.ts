import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import type { Identity } from "../../identity.js";
import type { KernelStatus } from "../../kernel-status.js";
import { isAlive, type OsState } from "../../os-state.js";
import { parseKernelStatus } from "../../parse-kernel-status.js";
import type { Probe } from "../inspector.js";
import { type Boot, ticksPerSecond } from "./boot.js";
import { parseStat, type Stat, stateOfRecord } from "./stat.js";

/** One buffer for every read: they are synchronous, and nothing keeps the bytes. A record has at most ~400 bytes. */
const record = Buffer.allocUnsafe(2048);

/**
 * Holds `/proc/PID/stat` open. Reads of that descriptor fail with ESRCH for ever once the process is reaped, also
 * when its PID was given to another one: what is read through it is always about the same process.
 */
export class ProcfsProbe implements Probe {
  readonly identity: Identity;
  readonly startedAt: Date;
  readonly #boot: Boot;
  #descriptor: number;

  private constructor(descriptor: number, stat: Stat, boot: Boot) {
    this.#descriptor = descriptor;
    this.#boot = boot;
    const { pid, startTicks } = stat;
    this.identity = Object.freeze({ pid, startTicks, bootId: boot.bootId, pidNamespace: boot.pidNamespace });
    this.startedAt = boot.dateOfTicks(startTicks);
  }

  /** Opens first and reads the start time through the descriptor; undefined when there is no such process. */
  static open(pid: number, boot: Boot): ProcfsProbe | undefined {
    let descriptor: number;
    try {
      descriptor = openSync(`/proc/${pid}/stat`, "r");
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
    const stat = readRecord(descriptor);
    if (stat !== undefined) return new ProcfsProbe(descriptor, stat, boot);
    closeSync(descriptor);
    return undefined;
  }

  sample(): OsState {
    if (this.#descriptor < 0) return "unreadable";
    try {
      return stateOfRecord(record, readSync(this.#descriptor, record, 0, record.length, 0));
    } catch (error) {
      return isAbsent(error) ? "gone" : "unreadable";
    }
  }

  uptimeMs(): number {
    const startedMs = (this.identity.startTicks * 1000) / ticksPerSecond;
    return Math.max(0, this.#boot.uptimeMs() - startedMs);
  }

  waitStatus(): number | undefined {
    const stat = this.#descriptor < 0 ? undefined : readRecord(this.#descriptor);
    // Without permission to trace it the kernel writes 0, which also means exit code 0: believe only the others.
    return stat?.state === "zombie" && stat.waitStatus !== 0 ? stat.waitStatus : undefined;
  }

  kernelStatus(): KernelStatus | undefined {
    try {
      const text = readFileSync(`/proc/${this.identity.pid}/status`, "latin1");
      // The descriptor is still about our process, so the number was ours while the file was read.
      return isAlive(this.sample()) ? parseKernelStatus(text) : undefined;
    } catch {
      return undefined;
    }
  }

  release(): void {
    if (this.#descriptor < 0) return;
    closeSync(this.#descriptor);
    this.#descriptor = -1;
  }
}

function readRecord(descriptor: number): Stat | undefined {
  try {
    return parseStat(record.toString("latin1", 0, readSync(descriptor, record, 0, record.length, 0)));
  } catch {
    return undefined;
  }
}

function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ESRCH";
}
