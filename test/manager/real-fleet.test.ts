import "../load-library.js";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { filter, firstValueFrom } from "rxjs";
import { describe, expect, test, vi } from "vitest";
import {
  createProcessManager,
  type Process,
  type ProcessManager,
  type ProcessManagerOptions,
  type ProcessStatus,
} from "../../src/index.js";
import { tempDir } from "../repo/temp-dir.js";

// On a busy machine it may take seconds until a process runs, and until a change of a file is looked at.
vi.setConfig({ testTimeout: 60_000 });

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Writes what happens to it into `events`; is ready when it has written so. A shell: it starts in no time. */
const program = `
tell() { echo "$1 $DROVER_NAME" >> events; }
trap 'tell asked; sleep 0.05; tell ended; exit 0' TERM
tell began
echo ready
while :; do sleep 1000 & wait $!; done
`;

interface Ground extends AsyncDisposable {
  readonly path: string;
  readonly manager: ProcessManager;
  write(name: string, fields: object): void;
  /** What the programs have told so far. */
  events(): readonly string[];
}

const template = (name: string, fields: object): string =>
  JSON.stringify({
    name,
    command: "sh",
    args: ["program.sh"],
    cwd: "..",
    readiness: { output: { pattern: "ready" } },
    ...fields,
  });

async function groundOf(
  templates: Readonly<Record<string, object>>,
  options: ProcessManagerOptions = {},
): Promise<Ground> {
  const dir = tempDir();
  const templateDir = join(dir.path, "templates");
  mkdirSync(templateDir);
  writeFileSync(join(dir.path, "program.sh"), program);
  const write = (name: string, fields: object): void => {
    const file = join(templateDir, `${name}.json`);
    writeFileSync(`${file}.tmp`, template(name, fields));
    renameSync(`${file}.tmp`, file);
  };
  for (const [name, fields] of Object.entries(templates)) write(name, fields);
  const manager = await createProcessManager({ logger: silent, templateDir, ...options });
  const file = join(dir.path, "events");
  return {
    path: dir.path,
    manager,
    write,
    events: () => (existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : []),
    [Symbol.asyncDispose]: async () => {
      await manager.close();
      dir[Symbol.dispose]();
    },
  };
}

const on = (...names: readonly string[]) => ({ dependsOn: names.map((name) => ({ name })) });

function processOf({ manager }: Ground, name: string): Process {
  return manager.getProcessByName(name) ?? expect.fail(`there is no process ${name}`);
}

const reaches = (process: Process, isSo: (status: ProcessStatus) => boolean): Promise<ProcessStatus> =>
  firstValueFrom(process.status$.pipe(filter(isSo)));

const isReady = ({ ready }: ProcessStatus): boolean => ready;

describe("real processes that depend on each other", () => {
  test("start after what they depend on is ready, and stop before it", async () => {
    await using ground = await groundOf({
      web: { ...on("api"), runOnStartup: true },
      api: on("db", "cache"),
      db: {},
      cache: {},
    });
    await reaches(processOf(ground, "web"), isReady);
    const begun = ground.events();
    expect(new Set(begun.slice(0, 2))).toEqual(new Set(["began db", "began cache"]));
    expect(begun.slice(2)).toEqual(["began api", "began web"]);
    await ground.manager.close();
    const stopped = ground.events().slice(4);
    expect(stopped.slice(0, 4)).toEqual(["asked web", "ended web", "asked api", "ended api"]);
    expect(new Set(stopped.slice(4))).toEqual(new Set(["asked db", "asked cache", "ended db", "ended cache"]));
  });

  test("outlive the crash of what they depend on, which comes back by its own policy", async () => {
    await using ground = await groundOf({
      api: { ...on("db"), runOnStartup: true },
      db: { restart: { mode: "ON_FAILURE", backoff: { initial: "10ms" } } },
    });
    const [api, db] = [processOf(ground, "api"), processOf(ground, "db")];
    await reaches(api, isReady);
    const pid = db.pid ?? 0;
    process.kill(pid, "SIGKILL");
    await reaches(db, (status) => isReady(status) && status.pid !== pid);
    expect(api.status).toMatchObject({ ready: true, restarts: 0 });
    expect(ground.events()).toEqual(["began db", "began api", "began db"]);
  });

  test("go by groups, with an outcome for each", async () => {
    await using ground = await groundOf({ web: { ...on("db"), group: "site" }, db: { group: "site" }, other: {} });
    const { manager } = ground;
    expect(await manager.startGroup("site")).toEqual(
      expect.arrayContaining([
        { name: "web", error: undefined },
        { name: "db", error: undefined },
      ]),
    );
    await manager.restartGroup("site");
    await manager.stopGroup("site");
    const round = ["began db", "began web", "asked web", "ended web", "asked db", "ended db"];
    expect(ground.events()).toEqual([...round, ...round]);
  });
});

describe("real instances", () => {
  test("are scaled up and down while they run", async () => {
    await using ground = await groundOf({ web: { instances: 2, runOnStartup: true } });
    await reaches(processOf(ground, "web-2"), isReady);
    await ground.manager.scale("web", 4);
    expect(new Set(ground.events())).toEqual(new Set([1, 2, 3, 4].map((number) => `began web-${number}`)));
    const pids = ground.manager.getAllProcesses().map(({ pid }) => pid);
    expect(new Set(pids).size).toBe(4);
    await ground.manager.scale("web", 1);
    expect(ground.manager.getAllProcesses().map(({ name }) => name)).toEqual(["web-1"]);
    expect(() => process.kill(pids[3] ?? 0, 0)).toThrow(/ESRCH/);
  });

  test("that are detached are found again by the next manager, each as what it was", async () => {
    using state = tempDir();
    const stateDir = join(state.path, "state");
    const fields = { web: { detach: true, runOnStartup: true } };
    const first = await groundOf(fields, { stateDir });
    await reaches(processOf(first, "web"), isReady);
    await first.manager.scale("web", 3);
    const pids = first.manager.getAllProcesses().map(({ name, pid }) => `${name} ${pid ?? 0}`);
    await first.manager.close();
    const second = await createProcessManager({
      logger: silent,
      stateDir,
      templateDir: join(first.path, "templates"),
    });
    expect(
      second
        .getAllProcesses()
        .map(({ name, pid }) => `${name} ${pid ?? 0}`)
        .toSorted(),
    ).toEqual(pids);
    // They are one family again: scaling goes on where it was.
    const all = await second.scale("web", 4);
    expect(all.map(({ name }) => name)).toEqual(["web", "web-2", "web-3", "web-4"]);
    expect((await second.reload()).map(({ name, action }) => `${name} ${action}`)).toEqual([
      "web unchanged",
      "web-2 unchanged",
      "web-3 unchanged",
      "web-4 unchanged",
    ]);
    await second.scale("web", 1);
    const left = second.getAllProcesses();
    expect(left.map(({ name }) => name)).toEqual(["web"]);
    await second.stopAll();
    await second.close();
    await first[Symbol.asyncDispose]();
  });

  test("made in code and detached are taken over by the next manager that makes them", async () => {
    using dir = tempDir();
    const stateDir = join(dir.path, "state");
    const make = async () => {
      const manager = await createProcessManager({ logger: silent, stateDir });
      const web = manager.newProcess("web", "sleep", { args: ["1000"], instances: 2, detach: true });
      return { manager, web };
    };
    const first = await make();
    await first.manager.startAll();
    const pids = first.manager.getAllProcesses().map(({ pid }) => pid);
    await first.manager.close();
    const second = await make();
    expect(second.web.name).toBe("web-1");
    expect(second.manager.getAllProcesses().map(({ pid }) => pid)).toEqual(pids);
    await second.manager.stopAll();
    await second.manager.close();
  });
});

describe("a template directory that is watched", () => {
  test("starts, replaces and stops real processes as files are saved, and bears half-written ones", async () => {
    await using ground = await groundOf({ web: { runOnStartup: true } }, { watchTemplates: true });
    const { manager } = ground;
    const web = processOf(ground, "web");
    await reaches(web, isReady);
    const { pid } = web;
    const file = join(ground.path, "templates/web.json");
    const good = readFileSync(file, "utf8");
    // As an editor does that writes in place, and is looked at in the middle.
    writeFileSync(file, good.slice(0, 40));
    await expect.poll(() => manager.templateErrors.length, { timeout: 30_000 }).toBe(1);
    expect(web.pid).toBe(pid);
    writeFileSync(file, good);
    await expect.poll(() => manager.templateErrors.length, { timeout: 30_000 }).toBe(0);
    expect(web.pid).toBe(pid);
    ground.write("web", { runOnStartup: true, env: { A: "b" } });
    await reaches(web, (status) => isReady(status) && status.pid !== pid);
    ground.write("fresh", { runOnStartup: true });
    await expect.poll(() => manager.getProcessByName("fresh")?.status.ready, { timeout: 30_000 }).toBe(true);
    rmSync(file);
    await expect.poll(() => manager.getProcessByName("web"), { timeout: 30_000 }).toBeUndefined();
    expect(ground.events()).toEqual([
      "began web",
      "asked web",
      "ended web",
      "began web",
      "began fresh",
      "asked web",
      "ended web",
    ]);
  });

  test("does not miss what is saved while its processes start", async () => {
    const dir = tempDir();
    const templateDir = join(dir.path, "templates");
    mkdirSync(templateDir);
    writeFileSync(join(dir.path, "program.sh"), program);
    writeFileSync(join(templateDir, "web.json"), template("web", { runOnStartup: true }));
    const opening = createProcessManager({ logger: silent, templateDir, watchTemplates: true });
    const file = join(dir.path, "events");
    await expect.poll(() => existsSync(file), { timeout: 30_000 }).toBe(true);
    writeFileSync(join(templateDir, "late.json"), template("late", { runOnStartup: true }));
    const manager = await opening;
    await expect.poll(() => manager.getProcessByName("late")?.status.ready, { timeout: 30_000 }).toBe(true);
    await manager.close();
    dir[Symbol.dispose]();
  });
});

describe("a development run", () => {
  test("restarts a process when its files change, and not for what the manager itself writes", async () => {
    const dir = tempDir();
    const write = (path: string, text: string): void => writeFileSync(join(dir.path, path), text);
    for (const name of ["templates", "app"]) mkdirSync(join(dir.path, name));
    write("app/index.js", 'console.log("ready"); setInterval(() => undefined, 1000);');
    write(
      "templates/web.json",
      JSON.stringify({
        name: "web",
        script: "app/index.js",
        cwd: "..",
        runOnStartup: true,
        readiness: { output: { pattern: "ready" } },
      }),
    );
    const stateDir = join(dir.path, "app/state");
    const manager = await createProcessManager({
      logger: silent,
      templateDir: join(dir.path, "templates"),
      stateDir,
      dev: true,
    });
    const web = manager.newProcessFromTemplate("web");
    await reaches(web, isReady);
    const { pid } = web;
    // Records, logs and templates are below the directory that is watched, and records are written at every start.
    const told: string[] = [];
    const telling = web.status$.subscribe(({ reason }) => void (reason === undefined || told.push(reason)));
    await manager.writeTemplate({ ...web.template, name: "other", runOnStartup: false });
    write("app/index.js", 'console.log("ready"); setInterval(() => undefined, 2000);');
    await reaches(web, (status) => isReady(status) && status.pid !== pid);
    write("app/marker.js", "");
    await expect.poll(() => told.some((reason) => reason.includes("marker.js")), { timeout: 30_000 }).toBe(true);
    await reaches(web, (status) => isReady(status) && status.restarts === 2);
    telling.unsubscribe();
    expect(new Set(told.filter((reason) => reason.endsWith("changed")))).toEqual(
      new Set(["app/index.js changed", "app/marker.js changed"]),
    );
    await manager.close();
    dir[Symbol.dispose]();
  });
});
