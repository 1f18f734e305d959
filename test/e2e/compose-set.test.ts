import { join } from "node:path";
import { distinctUntilChanged, filter, firstValueFrom, map, type Observable, timeout } from "rxjs";
import { expect, onTestFailed, test } from "vitest";
import { createProcessManager, type Process, type ProcessManager } from "../../src/index.js";
import { type ComposeSet, writeComposeSet } from "./compose-set.js";
import { findPrograms, type Programs } from "./find-programs.js";
import { footprintOf, remainsOf } from "./footprint.js";
import { type Change, startUp } from "./up-program.js";

const programs = findPrograms();
if (Array.isArray(programs)) console.log(`no set of real databases is run: ${programs.join(", ")} missing here`);
const isRunnable = !Array.isArray(programs) && process.platform === "linux";
/** Ten seconds do on an idle machine. What is waited for ends before the test does, so that it can clean up. */
const options = { timeout: 120_000 };
const patienceMs = 40_000;
const patience = { interval: 20, timeout: patienceMs };
const servers = ["api", "postgres", "redis", "worker"];
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

test.skipIf(!isRunnable)(
  "drover up brings a set up in order, mends a killed database, and Ctrl-C stops all in reverse and leaves nothing",
  options,
  async () => {
    using set = await writeComposeSet(programs as Programs);
    await using up = startUp(set);
    onTestFailed(() => console.log(...up.errors, ...up.changes));
    const runsOf = (name: string): readonly Change[] =>
      up.changes.filter((change, index, all) => isBeginning(change, all.slice(0, index)) && change.name === name);
    await expect.poll(async () => await answerOf(set), patience).toBe("ready");
    const readyOnes = async () => (await up.list()).filter(({ ready }) => ready).map(({ name }) => name);
    await expect.poll(readyOnes, patience).toEqual(expect.arrayContaining(servers));

    const listed = await up.list();
    const begunAt = (name: string): number => Date.parse(listed.find((one) => one.name === name)?.startTime ?? "");
    const [init, postgres, redis, api, worker] = ["init-postgres", "postgres", "redis", "api", "worker"].map(begunAt);
    expect(init).toBeLessThan(Number(postgres));
    expect(Math.max(Number(postgres), Number(redis))).toBeLessThan(Number(api));
    expect(redis).toBeLessThan(Number(worker));
    expect(set.logOf("api"), "a dependent finds its dependencies ready").toMatch(/^first look: both answer$/m);
    await expect.poll(() => set.logOf("worker"), patience).toContain(`works with ${join(set.dir, ".venv")}\nstep :1\n`);

    const killed = Number(runsOf("postgres")[0]?.pid);
    const first = await footprintOf(killed, set);
    process.kill(killed, "SIGKILL");
    await expect.poll(async () => await answerOf(set), patience).toMatch(/^postgres: /);
    await expect.poll(async () => await answerOf(set), patience).toBe("ready");
    await expect.poll(() => runsOf("postgres").length, patience).toBe(2);
    const end = up.changes.find(({ name, state }) => name === "postgres" && state === "terminated");
    expect(end?.exit).toMatchObject({ signal: "SIGKILL", cause: "signaled" });
    const delayMs = Date.parse(runsOf("postgres")[1]?.at ?? "") - Date.parse(end?.exit?.at ?? "");
    expect(delayMs).toBeGreaterThanOrEqual(990);
    expect(await remainsOf({ ...first, files: [], ports: [] }), "nothing is left of the killed run").toEqual([]);

    await expect.poll(() => set.logOf("job"), patience).toMatch(/^1\n2\n/);
    const second = await footprintOf(Number(up.child.pid), set);
    expect(second.processes.map(({ command }) => command).join("\n")).toMatch(/drover-guardian/);
    expect((await remainsOf(second)).join("\n")).toMatch(/process .*carries.*shared memory.*file .*PGSQL.*port/s);
    up.child.kill("SIGINT");
    expect(await up.ended).toEqual([0, null]);

    for (const name of ["api", "redis", "worker"]) expect(runsOf(name), `${name} runs through`).toHaveLength(1);
    expectReverse(up.changes.filter(({ exit }) => exit?.cause === "stopped").map(({ name }) => name));
    expect(await remainsOf(second)).toEqual([]);
    expect(set.logOf("postgres", "err")).toMatch(/database system is shut down\n$/);
    expect(up.changes.filter(({ lastError }) => lastError !== null)).toEqual([]);
  },
);

test.skipIf(!isRunnable)(
  "a host program sees the API become unready and ready again while a killed database is restarted",
  options,
  async () => {
    using set = await writeComposeSet(programs as Programs);
    const { templateDir, stateDir } = set;
    await using manager = await createProcessManager({ templateDir, stateDir, logger: quiet });
    const [api, postgres] = [processOf(manager, "api"), processOf(manager, "postgres")];
    const seen: boolean[] = [];
    const ready$ = api.status$.pipe(map(({ ready }) => ready));
    ready$.pipe(distinctUntilChanged()).subscribe((ready) => seen.push(ready));
    const cancelSignal = AbortSignal.timeout(patienceMs);
    await Promise.all([api, processOf(manager, "worker")].map(async (one) => await one.start({ cancelSignal })));
    expect(seen).toEqual([false, true]);

    const before = { api: api.pid, postgres: postgres.pid };
    process.kill(Number(postgres.pid), "SIGKILL");
    await nextOf(ready$.pipe(filter((ready) => !ready)));
    expect(api.checks.readiness).toMatchObject({ verdict: "unhealthy", lastFailure: expect.stringContaining("503") });
    expect(manager.explain("api").summary).toMatch(/^api runs as PID \d+, but is not ready: .*503/);
    await nextOf(ready$.pipe(filter((ready) => ready)));
    expect(seen).toEqual([false, true, false, true]);
    // Two checks of their own: that of the database may be the later one.
    const mended = await nextOf(postgres.status$.pipe(filter(({ ready }) => ready)));
    expect(mended).toMatchObject({ restarts: 1, lifecycle: "running" });
    expect(mended.pid).not.toBe(before.postgres);
    expect(postgres.lastCrash).toMatchObject({ exit: { signal: "SIGKILL" } });
    expect([api.pid, api.status.restarts]).toEqual([before.api, 0]);

    const footprint = await footprintOf(process.pid, set);
    expect((await manager.stopAll()).filter(({ error }) => error !== undefined)).toEqual([]);
    const ends = servers.map((name) => processOf(manager, name)).sort((one, other) => endOf(one) - endOf(other));
    expectReverse(ends.map(({ name }) => name));
    await manager.close();
    const others = footprint.processes.filter(({ command }) => /postgres|redis|api\.mjs|worker\.py/.test(command));
    expect(await remainsOf({ ...footprint, processes: others })).toEqual([]);
  },
);

function nextOf<Value>(values$: Observable<Value>): Promise<Value> {
  return firstValueFrom(values$.pipe(timeout(patienceMs)));
}

/** Whether a change is the first one of a run. */
function isBeginning({ name, pid }: Change, before: readonly Change[]): boolean {
  return pid !== null && before.findLast((change) => change.name === name)?.pid !== pid;
}

/** What depends on others ends before they do. */
function expectReverse(names: readonly string[]): void {
  const ended = [...new Set(names)].filter((name) => servers.includes(name));
  expect([ended.slice(0, 2).sort(), ended.slice(2).sort()]).toEqual([
    ["api", "worker"],
    ["postgres", "redis"],
  ]);
}

/** What the API says of its databases; why it says nothing, else. */
async function answerOf({ ports }: ComposeSet): Promise<string> {
  try {
    return (await (await fetch(`http://127.0.0.1:${ports.api}/`, { headers: { connection: "close" } })).text()).trim();
  } catch (error) {
    return error instanceof Error ? `${error.message}: ${error.cause}` : String(error);
  }
}

function processOf(manager: ProcessManager, name: string): Process {
  const found = manager.getProcessByName(name);
  if (found === undefined) throw new Error(`there is no process ${name}`);
  return found;
}

function endOf({ status }: Process): number {
  return status.exit?.at.getTime() ?? 0;
}
