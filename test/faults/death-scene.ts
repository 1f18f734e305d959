import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { createProcessManager, type Logger, type ProcessManager } from "../../src/index.js";
import { readCommandLine, readEntry } from "../../src/os/node/procfs/table.js";
import { decodeRecord, type ProcessRecord } from "../../src/process/process-record.js";
import { tempDir } from "../repo/temp-dir.js";
import { type DeathPlan, type Doom, planDeath } from "./death-plan.js";
import { type Instance, instancesOf } from "./instances.js";
import { type Death, type LastWord, runDoomedHost } from "./run-death.js";

/** Longest time a tree may take to end on a machine that is busy with other tests. */
const patience = { interval: 10, timeout: 15_000 };

/** What a run has shown. */
export interface Outcome {
  readonly doom: Doom;
  /** Whether the host came to the moment it was to die at. */
  readonly wasMet: boolean;
  /** What was broken, with everything needed to see it again; undefined when nothing was. */
  readonly failure?: string;
}

/** One run: hosts die as planned, the promises are held against what is left, and two more managers clean up. */
export async function playDeath(seed: number): Promise<Outcome> {
  const plan = planDeath(seed);
  await using scene = new DeathScene(plan);
  try {
    return await scene.play();
  } catch (error) {
    const doom = plan.dooms.at(-1) ?? { at: "never", nth: 0 };
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const again = `seed ${seed}, ${JSON.stringify(doom)}: see it again with DROVER_FAULT_SEED=${seed} DROVER_FAULT_RUNS=1`;
    return { doom, wasMet: true, failure: [again, what, ...scene.output, await scene.describeLiving()].join("\n") };
  }
}

class DeathScene {
  readonly output: string[] = [];
  readonly #plan: DeathPlan;
  readonly #dir = tempDir();
  readonly #stateDir: string;
  readonly #words = new Map<string, LastWord>();
  readonly #names: readonly string[];
  /** A stranger that says it is a managed process of the same name, as another manager's would. */
  readonly #namesakeId = randomUUID();
  readonly #strangers: readonly ChildProcess[];

  constructor(plan: DeathPlan) {
    this.#plan = plan;
    this.#stateDir = join(this.#dir.path, "state");
    mkdirSync(this.#stateDir, { mode: 0o700 });
    this.#names = plan.members.map(({ name }) => name);
    const options = { cwd: this.#stateDir, stdio: "ignore" } as const;
    const env = { ...process.env, DROVER_NAME: this.#free[0]?.name, DROVER_ID: this.#namesakeId };
    this.#strangers = [spawn("sleep", ["1000"], options), spawn("sleep", ["1000"], { ...options, env })];
  }

  async play(): Promise<Outcome> {
    let death: Death | undefined;
    for (const doom of this.#plan.dooms) {
      death = await runDoomedHost(this.#plan, doom, this.#stateDir, this.#words);
      this.output.push(...death.output, `ended: ${death.ended}`);
    }
    const doom = this.#plan.dooms.at(-1);
    if (death === undefined || doom === undefined) throw new Error("cannot happen: a plan without a host");
    const wasMet = death.ended === "SIGKILL";
    if (!wasMet) expect(death.ended, "a host that came to its end ends in order").toBe(0);
    await this.#checkRemains();
    await this.#checkNextManager();
    await this.#checkLastManager();
    for (const { exitCode, signalCode } of this.#strangers) expect(exitCode ?? signalCode, "a stranger").toBeNull();
    return { doom, wasMet };
  }

  /** What lives, for people. */
  async describeLiving(): Promise<string> {
    const pids = (await this.#instances()).flatMap((instance) => instance.pids);
    const rows = pids.map((pid) => {
      const { parentPid, session } = readEntry(pid) ?? {};
      return `living: ${pid} (parent ${parentPid}, session ${session}) ${readCommandLine(pid).join(" ")}`;
    });
    return rows.join("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const stranger of this.#strangers) stranger.kill("SIGKILL");
    for (let left = await this.#instances(); left.length > 0; left = await this.#instances()) {
      for (const pid of left.flatMap(({ pids }) => pids)) kill(pid);
    }
    this.#dir[Symbol.dispose]();
  }

  /** After the death, before anybody has looked. */
  async #checkRemains(): Promise<void> {
    await expect.poll(() => this.#living(this.#bound), patience).toEqual([]);
    await this.#checkDetached("after the death of the host");
    const records = this.#records();
    for (const { name } of this.#free) {
      const last = this.#words.get(name);
      if (last?.word === "up") expect(records.get(name)?.run?.identity.pid, `the record of ${name}`).toBe(last.pid);
    }
  }

  /** What was up is adopted, and a host that defines its processes anew gets no second instance. */
  async #checkNextManager(): Promise<void> {
    const manager = await this.#openManager();
    try {
      await this.#checkDetached("after the adoption");
      this.#checkAdopted(manager);
      await this.#checkKnown(manager);
      if (this.#plan.isDefinedAnew) await this.#checkDefinedAnew(manager);
    } finally {
      await manager.close();
    }
    expect(await this.#living(this.#bound), "host-bound processes after an orderly close").toEqual([]);
    await this.#checkDetached("after an orderly close");
    this.#checkFiles();
  }

  #checkAdopted(manager: ProcessManager): void {
    for (const { name } of this.#free) {
      const last = this.#words.get(name);
      const found = manager.getProcessByName(name);
      if (last?.word === "up") expect([name, found?.pid, found?.isAlive()]).toEqual([name, last.pid, true]);
      if (last?.word === "down") expect([name, found?.isAlive() ?? false]).toEqual([name, false]);
    }
  }

  async #checkDefinedAnew(manager: ProcessManager): Promise<void> {
    for (const { name, command, options } of this.#plan.members) {
      const subject = manager.newProcess(name, command, options);
      await subject.start();
      const { pid = 0 } = subject;
      const last = this.#words.get(name);
      if (last?.word === "up" && options.detach === true) expect([name, pid]).toEqual([name, last.pid]);
      // The pipe that tells of a successful execve(2) is closed before the kernel shows the new arguments.
      const shown = expect.poll(() => readCommandLine(pid)[0], { ...patience, message: `${name} (PID ${pid})` });
      await shown.toBe(command);
      this.#words.set(name, { word: "up", pid });
    }
    await this.#checkKnown(manager);
    expect((await this.#instances()).map(({ name }) => name).sort()).toEqual([...this.#names].sort());
  }

  /** Stops everything; then nothing is left. */
  async #checkLastManager(): Promise<void> {
    const manager = await this.#openManager();
    try {
      for (const { name } of this.#free) {
        const found = manager.getProcessByName(name);
        const result = await found?.stopAndWait();
        expect([name, result?.survivors ?? []]).toEqual([name, []]);
      }
    } finally {
      await manager.close();
    }
    expect(await this.#instances(), "what is left when everything was stopped").toEqual([]);
    for (const record of this.#records().values()) expect([record.name, record.desired]).toEqual([record.name, "down"]);
    this.#checkFiles();
  }

  /** Never two runs of one name; one of each that was said to be up, none of what was said to be stopped. */
  async #checkDetached(when: string): Promise<void> {
    const instances = await this.#instances();
    for (const { name } of this.#free) {
      const last = this.#words.get(name);
      const runs = instances.filter((instance) => instance.name === name);
      expect(runs.length, `runs of ${name} ${when}: ${JSON.stringify(runs)}`).toBeLessThanOrEqual(1);
      if (last?.word === "up") expect(runs[0]?.pids, `${name} ${when}`).toContain(last.pid);
      if (last?.word === "down") expect(runs, `${name}, which was stopped, ${when}`).toEqual([]);
    }
  }

  /**
   * Nothing lives that the manager does not know of: it is of the run its handle holds, or, when that has ended, what it
   * has left behind, which the next start or stop ends.
   */
  async #checkKnown(manager: ProcessManager): Promise<void> {
    for (const { name, pids } of await this.#instances()) {
      const handle = manager.getProcessByName(name);
      expect(handle?.name, `a handle for what lives as ${pids.join(", ")}`).toBe(name);
      if (handle?.isAlive() === true) expect(pids, `the processes of ${name}`).toContain(handle.pid);
    }
  }

  /** The directory is whole and free. The lock a killed host was about to take is removed once it is a minute old. */
  #checkFiles(): void {
    const files = readdirSync(this.#stateDir, { recursive: true }).map(String);
    const unneeded = files.filter(
      (file) => /(^|\/)lock\.|\.aside$|\.tmp$/.test(file) && !/^\.lock\..*\.tmp$/.test(file),
    );
    expect(unneeded, "files that nobody needs").toEqual([]);
  }

  #records(): ReadonlyMap<string, ProcessRecord> {
    const directory = join(this.#stateDir, "processes");
    const files = listed(directory);
    expect(
      files.filter((file) => file.endsWith(".aside")),
      "records set aside",
    ).toEqual([]);
    const records = files.filter((file) => !file.startsWith(".")).map((file) => decodeFile(join(directory, file)));
    return new Map(records.map((record) => [record.name, record]));
  }

  async #openManager(): Promise<ProcessManager> {
    const tell = (fields: object, message: string): void => {
      this.output.push(`next manager: ${message} ${JSON.stringify(fields)}`);
    };
    const logger: Logger = { debug: () => undefined, info: tell, warn: tell, error: tell };
    return await createProcessManager({ stateDir: this.#stateDir, logger, statusPeriod: 10 });
  }

  async #instances(): Promise<readonly Instance[]> {
    return (await instancesOf(this.#names)).filter(({ runId }) => runId !== this.#namesakeId);
  }

  async #living(members: DeathPlan["members"]): Promise<readonly Instance[]> {
    return (await this.#instances()).filter(({ name }) => members.some((member) => member.name === name));
  }

  get #bound(): DeathPlan["members"] {
    return this.#plan.members.filter(({ options }) => options.detach !== true);
  }

  get #free(): DeathPlan["members"] {
    return this.#plan.members.filter(({ options }) => options.detach === true);
  }
}

function decodeFile(path: string): ProcessRecord {
  const record = decodeRecord(readFileSync(path, "utf8"));
  if ("problem" in record) throw new Error(`${path}: ${record.problem}`);
  return record;
}

function listed(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    // The host died before it made one.
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended meanwhile.
  }
}
