import type { Identity } from "../../identity.js";
import type { KernelStatus } from "../../kernel-status.js";
import { TableIndex } from "../../members.js";
import { isAlive, type OsState } from "../../os-state.js";
import type { Signal } from "../../signal.js";
import type { Inspector, Measurement, Member, Probe } from "../inspector.js";
import { ticksPerSecond } from "../procfs/boot.js";
import { SharedReading } from "../shared-reading.js";
import { closeInTime, type PsRow, type PsSnapshot, readSnapshot, ticksOfDate, toleranceTicks } from "./ps-snapshot.js";

/**
 * Looks at processes through `ps` (ps-list, pidusage), where there is no /proc: macOS and the BSDs. Losses: identities
 * are as fine as the seconds `ps` tells, a living process is just `running`, and no status record, group, session,
 * environment or open files of another process can be seen.
 */
export class PsInspector implements Inspector {
  readonly toleranceTicks = toleranceTicks;
  readonly seesGroups = false;
  readonly #reading = new SharedReading<PsSnapshot>(readSnapshot);
  #latest: PsSnapshot = { beganMs: Number.NEGATIVE_INFINITY, rows: new Map() };

  async open(pid: number): Promise<Probe | undefined> {
    await this.prepareSamples();
    const row = this.#latest.rows.get(pid);
    return row === undefined
      ? undefined
      : new PsProbe(pid, row.startTicks, (startTicks) => this.#find(pid, startTicks));
  }

  openOwn(pid: number, ageMs = 0): Probe {
    const openedMs = performance.now();
    const startTicks = ticksOfDate(new Date(Date.now() - ageMs));
    return new PsProbe(pid, startTicks, () =>
      this.#latest.beganMs <= openedMs ? "running" : this.#find(pid, startTicks),
    );
  }

  async prepareSamples(): Promise<void> {
    this.#latest = await this.#reading.read();
  }

  async table(): Promise<TableIndex> {
    await this.prepareSamples();
    const unknown = { processGroup: undefined, session: undefined, runId: undefined };
    const rows = [...this.#latest.rows.values()];
    return new TableIndex(
      rows.map(({ pid, parentPid, startTicks, alive }) => ({ pid, parentPid, startTicks, alive, ...unknown })),
    );
  }

  readEnvironment(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  signalMember(member: Member, signal: Signal): void {
    if (!isAlive(this.#find(member.pid, member.startTicks))) return;
    try {
      process.kill(member.pid, signal);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== "ESRCH" && code !== "EPERM") throw error;
    }
  }

  commandLine(pid: number): readonly string[] {
    // `ps` joins arguments with blanks; where one ended cannot be told any more.
    const command = this.#latest.rows.get(pid)?.command ?? "";
    return command === "" ? [] : command.split(" ");
  }

  workingDirectory(): undefined {
    return undefined;
  }

  processOfThread(): undefined {
    return undefined;
  }

  processGroup(): undefined {
    return undefined;
  }

  listensOn(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async measure(members: readonly Member[]): Promise<readonly Measurement[]> {
    if (members.length === 0) return [];
    const { default: pidusage } = await import("pidusage");
    // usePs: on Linux it would read /proc, keep descriptors of dead PIDs and mistake a reused PID for a dead one.
    const found = await pidusage(
      members.map(({ pid }) => pid),
      { usePs: true },
    ).catch(() => ({}) as Record<string, undefined>);
    const atMs = performance.now();
    return members.flatMap((member) => {
      const usage = found[String(member.pid)];
      if (usage === undefined) return [];
      return [
        { ...member, atMs, cpuMs: usage.ctime, memoryBytes: usage.memory, threads: undefined, openFiles: undefined },
      ];
    });
  }

  #find(pid: number, startTicks: number): OsState {
    const row: PsRow | undefined = this.#latest.rows.get(pid);
    if (row === undefined || !closeInTime(row.startTicks, startTicks)) return "gone";
    return row.alive ? "running" : "zombie";
  }
}

class PsProbe implements Probe {
  readonly identity: Identity;
  readonly startedAt: Date;
  readonly #find: (startTicks: number) => OsState;

  constructor(pid: number, startTicks: number, find: (startTicks: number) => OsState) {
    this.identity = Object.freeze({ pid, startTicks, bootId: "", pidNamespace: "" });
    this.startedAt = new Date((startTicks * 1000) / ticksPerSecond);
    this.#find = find;
  }

  sample(): OsState {
    return this.#find(this.identity.startTicks);
  }

  uptimeMs(): number {
    return Math.max(0, Date.now() - this.startedAt.getTime());
  }

  waitStatus(): undefined {
    return undefined;
  }

  kernelStatus(): KernelStatus | undefined {
    return undefined;
  }

  release(): void {
    return undefined;
  }
}
