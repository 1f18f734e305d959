import { readdirSync, readlinkSync } from "node:fs";
import { type TableEntry, TableIndex } from "../../members.js";
import { isAlive } from "../../os-state.js";
import type { Signal } from "../../signal.js";
import type { Inspector, Measurement, Member, Probe } from "../inspector.js";
import { SharedReading } from "../shared-reading.js";
import { type Boot, ticksPerSecond } from "./boot.js";
import { ProcfsProbe } from "./probe.js";
import { isProcfsEntry, readCommandLine, readEntry, readResidentPages, readTable, readVariables } from "./table.js";
import { listensOn } from "./unix-listeners.js";

/** Looks at processes through /proc: exact identities, every state, the whole table in milliseconds. */
export class ProcfsInspector implements Inspector {
  readonly toleranceTicks = 0;
  readonly seesGroups = true;
  readonly #boot: Boot;
  readonly #table = new SharedReading(async (sinceTicks) => new TableIndex(await readTable(sinceTicks)));

  constructor(boot: Boot) {
    this.#boot = boot;
  }

  open(pid: number): Probe | undefined {
    return ProcfsProbe.open(pid, this.#boot);
  }

  openOwn(pid: number): Probe {
    const probe = ProcfsProbe.open(pid, this.#boot);
    if (probe === undefined) throw new Error(`cannot happen: /proc/${pid} is absent before its parent reaped it`);
    return probe;
  }

  prepareSamples(): undefined {
    return undefined;
  }

  table(sinceTicks?: number): Promise<TableIndex> {
    return this.#table.read(sinceTicks);
  }

  readEnvironment(pid: number, names: readonly string[]): Promise<readonly (string | undefined)[]> {
    return readVariables(pid, names);
  }

  signalMember(member: Member, signal: Signal): void {
    const probe = ProcfsProbe.open(member.pid, this.#boot);
    if (probe === undefined) return;
    try {
      const isSame = probe.identity.startTicks === member.startTicks;
      if (isSame && isAlive(probe.sample())) process.kill(member.pid, signal);
    } catch (error) {
      // It ended this moment (ESRCH), or it belongs to another user now (EPERM): it stays listed as a survivor.
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== "ESRCH" && code !== "EPERM") throw error;
    } finally {
      probe.release();
    }
  }

  commandLine(pid: number): readonly string[] {
    return readCommandLine(pid);
  }

  workingDirectory(pid: number): string | undefined {
    try {
      return readlinkSync(`/proc/${pid}/cwd`);
    } catch {
      return undefined;
    }
  }

  processOfThread(pid: number): number | undefined {
    // /proc/TID can be opened though it is not listed, and kill(2) on it reaches the process: proc(5).
    const probe = ProcfsProbe.open(pid, this.#boot);
    const tgid = probe?.kernelStatus()?.tgid;
    probe?.release();
    return tgid === undefined || tgid === pid ? undefined : tgid;
  }

  processGroup(pid: number): number | undefined {
    return readEntry(pid)?.processGroup;
  }

  listensOn(members: readonly Member[], socketPath: string): Promise<boolean | undefined> {
    return listensOn(members, socketPath);
  }

  measure(members: readonly TableEntry[], countFiles: boolean): Promise<readonly Measurement[]> {
    return Promise.resolve(members.flatMap((member) => this.#measureOne(member, countFiles)));
  }

  #measureOne(member: TableEntry, countFiles: boolean): Measurement[] {
    const entry = isProcfsEntry(member) ? member : readEntry(member.pid);
    if (entry === undefined || entry.startTicks !== member.startTicks) return [];
    const { pid, startTicks, readAtMs: atMs } = entry;
    const { cpuTicks, threads } = entry.stat;
    const residentPages = readResidentPages(pid);
    if (residentPages === undefined) return [];
    const cpuMs = (cpuTicks * 1000) / ticksPerSecond;
    const memoryBytes = residentPages * this.#boot.pageBytes;
    const openFiles = countFiles ? countDescriptors(pid) : undefined;
    return [{ pid, startTicks, atMs, cpuMs, memoryBytes, threads, openFiles }];
  }
}

function countDescriptors(pid: number): number | undefined {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return undefined;
  }
}
