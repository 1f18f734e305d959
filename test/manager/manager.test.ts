import "../load-library.js";
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { config, filter, firstValueFrom, take, toArray } from "rxjs";
import { describe, expect, test } from "vitest";
import { createProcessManager, type ProcessNotification, type ProcessStatus } from "../../src/index.js";
import { FakeOs } from "../../src/testing/fake-os.js";
import { tempDir } from "../repo/temp-dir.js";

const app = (): FakeOs => new FakeOs({ programs: { app: () => undefined, fails: (self) => self.end(1) } });

describe("handles", () => {
  test("one name is one process", async () => {
    await using manager = await createProcessManager({ os: app() });
    const web = manager.newProcess("web", "app");
    expect(() => manager.newProcess("web", "app")).toThrowError(expect.objectContaining({ code: "NAME_TAKEN" }));
    await expect(manager.attachProcess("web", 1)).rejects.toMatchObject({ code: "NAME_TAKEN" });
    expect(manager.getProcessByName("web")).toBe(web);
    expect(manager.getAllProcesses()).toEqual([web]);
  });

  test("are found by PID while they run", async () => {
    await using manager = await createProcessManager({ os: app() });
    const web = manager.newProcess("web", "app");
    expect(manager.getProcessByPid(1000)).toBeUndefined();
    await web.start();
    expect(manager.getProcessByPid(1000)).toBe(web);
  });

  test("wrong options are one error with everything that is wrong", async () => {
    await using manager = await createProcessManager({ os: app() });
    const make = (): unknown =>
      manager.newProcess("../x", "app", { stop: { signal: "SIGNOPE" as "SIGTERM", gracePeriod: "soon" } });
    expect(make).toThrowError(expect.objectContaining({ code: "INVALID_TEMPLATE" }));
    expect(make).toThrow(/stop\.signal.*stop\.gracePeriod.*name/s);
    expect(manager.getAllProcesses()).toEqual([]);
  });

  test("a detached process cannot have streams of this program", async () => {
    await using manager = await createProcessManager({ os: app() });
    const make = (): unknown => manager.newProcess("web", "app", { detach: true, stdin: "pipe" });
    expect(make).toThrowError(expect.objectContaining({ code: "INVALID_TEMPLATE" }));
  });

  test("delete forgets without stopping, and frees the name", async () => {
    const os = app();
    await using manager = await createProcessManager({ os });
    const web = manager.newProcess("web", "app");
    await web.start();
    const statuses = firstValueFrom(web.status$.pipe(toArray()));
    await manager.delete("web");
    expect((await statuses).at(-1)?.state).toBe("sleeping");
    expect(os.processes[0]?.sample()).toBe("sleeping");
    await expect(web.stop()).rejects.toMatchObject({ code: "ILLEGAL_STATE" });
    await expect(manager.delete("web")).rejects.toMatchObject({ code: "PROCESS_NOT_FOUND" });
    expect(() => manager.newProcess("web", "app")).toThrow(/"web" was deleted, but its process 1000 still runs/);
    os.processes[0]?.end(0);
    expect(manager.newProcess("web", "app")).not.toBe(web);
  });

  test("the process of a deleted handle can be attached under its old name", async () => {
    const os = app();
    await using manager = await createProcessManager({ os });
    const web = manager.newProcess("web", "app");
    await web.start();
    const { identity } = web;
    await manager.delete("web");
    const again = await manager.attachProcess("web", identity ?? 0);
    expect(again.pid).toBe(identity?.pid);
    await again.kill();
  });

  test("a delete during a start lets the start succeed: the process runs, and nobody looks at it", async () => {
    const os = app();
    await using manager = await createProcessManager({ os });
    const web = manager.newProcess("web", "app");
    const begun = firstValueFrom(web.status$.pipe(filter(({ lifecycle }) => lifecycle === "running")));
    const started = web.start();
    await begun;
    const deleted = manager.delete("web");
    await started;
    await deleted;
    expect(os.processes[0]?.sample()).toBe("sleeping");
    os.processes[0]?.end(0);
  });

  test("what is no stream, no options or no template is refused at the door", async () => {
    await using manager = await createProcessManager({ os: app() });
    const refuses = (make: () => unknown): void =>
      expect(make).toThrowError(expect.objectContaining({ code: "INVALID_TEMPLATE" }));
    refuses(() => manager.newProcess("a", "app", { stdout: "file" as never }));
    refuses(() => manager.newProcess("a", "app", { stderr: {} as never }));
    for (const junk of [null, undefined, 5, {}, { name: "x" }])
      refuses(() => manager.newProcessFromTemplate(junk as never));
    const { template } = manager.newProcess("ok", "app", null as never);
    refuses(() => manager.newProcessFromTemplate({ ...template, name: "../../evil" }));
    expect(manager.getAllProcesses().map(({ name }) => name)).toEqual(["ok"]);
  });

  test("waits that are cancelled leave nothing behind, and many may share one signal", async () => {
    const os = app();
    await using manager = await createProcessManager({ os });
    const web = manager.newProcess("web", "app");
    await web.start();
    const warnings: unknown[] = [];
    const listen = (warning: unknown): void => void warnings.push(warning);
    process.on("warning", listen);
    const controller = new AbortController();
    const waits = Array.from({ length: 50 }, () => web.wait({ cancelSignal: controller.signal }));
    controller.abort();
    const outcomes = await Promise.allSettled(waits);
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(["rejected"]));
    await new Promise(setImmediate);
    process.off("warning", listen);
    expect(warnings).toEqual([]);
  });
});

describe("options", () => {
  test("that are misspelt or of the wrong kind are one error with all of them", async () => {
    const options = { stateDri: "x", statusPeriod: 0, env: { PORT: 1 }, logger: {}, templateDir: 5 } as object;
    const failure = createProcessManager(options);
    await expect(failure).rejects.toMatchObject({ code: "INVALID_TEMPLATE" });
    await expect(failure).rejects.toThrow(
      /stateDri: there is no such option; did you mean "stateDir"\?\n.*statusPeriod: expected a duration.*\n.*env: .*\n.*logger: .*\n.*templateDir: expected a path/,
    );
  });

  test("of a state directory that cannot be made are told, where Node's own mkdir would never return", async () => {
    await expect(createProcessManager({ stateDir: "/proc/nope/state" })).rejects.toMatchObject({
      code: "NOT_PERMITTED",
    });
  });
});

describe("templates", () => {
  test("a directory is read, marked templates are started in file order, a bad file is told and harms nobody", async () => {
    using dir = tempDir();
    const write = (file: string, value: unknown): void => writeFileSync(join(dir.path, file), JSON.stringify(value));
    write("10-late.json", { name: "late", command: "app", runOnStartup: true });
    write("20-idle.json", { name: "idle", command: "app" });
    write("30-bad.json", { name: "bad", comand: "app" });
    write("40-off.json", { name: "off", command: "app", runOnStartup: true, enabled: false });
    write("50-job.json", { name: "job", command: "app", runOnStartup: true, schedule: { cron: "0 * * * *" } });
    write("60-lost.json", { name: "lost", command: "missing", runOnStartup: true });
    write("70-last.json", { name: "last", command: "app", runOnStartup: true });
    const os = app();
    await using manager = await createProcessManager({ templateDir: dir.path, os });
    const states = Object.fromEntries(manager.getAllProcesses().map(({ name, status }) => [name, status.lifecycle]));
    expect(states).toEqual({
      late: "running",
      idle: "initial",
      off: "initial",
      job: "initial",
      lost: "failed",
      last: "running",
    });
    expect(os.processes.map(({ request }) => request.env["DROVER_NAME"])).toEqual(["late", "last"]);
    expect(os.processes[0]?.request.cwd).toBe(dir.path);
    expect(new Set(manager.templateErrors.map(({ file }) => basename(file)))).toEqual(new Set(["30-bad.json"]));
    expect(os.warnings.join("\n")).toMatch(/30-bad\.json:1:\d+: comand: .*did you mean/);
    expect(os.warnings.join("\n")).toContain('lost: cannot start "missing"');
    expect(manager.getTemplate("idle")?.name).toBe("idle");
    expect(manager.getTemplate("none")).toBeUndefined();
  });

  test("a handle made from a template is given again, and an unknown or foreign name is an error", async () => {
    using dir = tempDir();
    writeFileSync(join(dir.path, "web.json"), JSON.stringify({ name: "web", command: "app" }));
    await using manager = await createProcessManager({ templateDir: dir.path, os: app() });
    const web = manager.newProcessFromTemplate("web");
    expect(manager.newProcessFromTemplate("web")).toBe(web);
    expect(manager.newProcessFromTemplate(web.template)).toBe(web);
    const other = { ...web.template, args: ["--other"] };
    expect(() => manager.newProcessFromTemplate(other)).toThrowError(expect.objectContaining({ code: "NAME_TAKEN" }));
    expect(manager.newProcessFromTemplate({ ...other, name: "web2" }).args).toEqual(["--other"]);
    expect(() => manager.newProcessFromTemplate("wep")).toThrow(/no template named "wep"; known are: web/);
  });

  test("a process writes its template, and the next manager makes the same process of it", async () => {
    using dir = tempDir();
    const options = {
      args: ["--port", "80 80"],
      env: { A: "b" },
      cwd: "/tmp",
      restart: { mode: "ON_FAILURE" },
      detach: true,
    } as const;
    await using first = await createProcessManager({ templateDir: dir.path, os: app() });
    const made = first.newProcess("web", "app", { ...options, template: { runOnStartup: true } });
    expect(JSON.parse(readFileSync(join(dir.path, "web.json"), "utf8"))).toMatchObject({
      name: "web",
      runOnStartup: true,
    });
    const os = app();
    await using second = await createProcessManager({ templateDir: dir.path, os });
    const again = second.getProcessByName("web");
    expect(again?.template).toEqual({ ...made.template, runOnStartup: true });
    expect(again?.status.lifecycle).toBe("running");
    os.processes[0]?.end(0);
    await again?.wait();
  });

  test("without a template directory nothing can be written", async () => {
    await using manager = await createProcessManager({ os: app() });
    const { template } = manager.newProcess("web", "app");
    await expect(manager.writeTemplate(template)).rejects.toMatchObject({ code: "ILLEGAL_STATE" });
    expect(() => manager.newProcess("x", "app", { template: {} })).toThrowError(
      expect.objectContaining({ code: "ILLEGAL_STATE" }),
    );
    expect(manager.getProcessByName("x")).toBeUndefined();
  });
});

describe("notifications", () => {
  test("tell the present state of each process with notify, then every change once, then complete", async () => {
    const os = app();
    const manager = await createProcessManager({ os });
    const early = manager.newProcess("early", "app", { notify: true });
    manager.newProcess("silent", "app");
    const told = firstValueFrom(manager.notifications$.pipe(toArray()));
    const late = manager.newProcess("late", "app", { notify: true });
    await early.start();
    await late.start();
    os.processes[0]?.signal("SIGSTOP");
    await os.clock.advance(2000);
    os.processes[0]?.signal("SIGCONT");
    await os.clock.advance(2000);
    await early.stopAndWait();
    await manager.close();
    const words = (await told).map(({ name, previous, state }) => `${name} ${previous ?? "-"} ${state}`);
    expect(words).toEqual([
      "early - initial",
      "late - initial",
      "early initial sleeping",
      "late initial sleeping",
      "early sleeping stopped",
      "early stopped sleeping",
      "early sleeping terminated",
      "late sleeping terminated",
    ]);
    expect((await told).at(-1)?.exit).toMatchObject({ signal: "SIGTERM", cause: "stopped" });
  });

  test("a subscriber that throws harms no other one", async () => {
    const thrown: unknown[] = [];
    config.onUnhandledError = (error) => thrown.push(error);
    try {
      await using manager = await createProcessManager({ os: app() });
      const web = manager.newProcess("web", "app", { notify: true });
      const seen: ProcessStatus[] = [];
      const told: ProcessNotification[] = [];
      web.status$.subscribe(() => {
        throw new Error("a bug of the caller");
      });
      web.status$.subscribe((status) => seen.push(status));
      manager.notifications$.subscribe((notification) => told.push(notification));
      await web.start();
      await web.stopAndWait();
      expect(seen.at(-1)?.state).toBe("terminated");
      expect(told.map(({ state }) => state)).toEqual(["initial", "sleeping", "terminated"]);
      await expect.poll(() => thrown.length).toBeGreaterThan(0);
    } finally {
      config.onUnhandledError = null;
    }
  });

  test("a subscriber that acts on a status from within does not change the order for the others", async () => {
    await using manager = await createProcessManager({ os: app() });
    const web = manager.newProcess("web", "app");
    web.status$
      .pipe(
        filter(({ lifecycle }) => lifecycle === "running"),
        take(1),
      )
      .subscribe(() => void web.stop());
    const orders: string[] = [];
    web.status$.subscribe(({ desired, lifecycle }) => orders.push(`${lifecycle} ${desired}`));
    await web.start().catch(() => undefined);
    await web.wait();
    expect(orders).toEqual([
      "initial down",
      "initial up",
      "starting up",
      "running up",
      "running down",
      "stopping down",
      "exited down",
    ]);
  });

  test("processes are told as they come and go", async () => {
    const manager = await createProcessManager({ os: app() });
    manager.newProcess("a", "app");
    const told: string[] = [];
    manager.processes$.subscribe({
      next: ({ type, process }) => told.push(`${type} ${process.name}`),
      complete: () => told.push("complete"),
    });
    manager.newProcess("b", "app");
    await manager.delete("a");
    await manager.close();
    expect(told).toEqual(["added a", "added b", "removed a", "complete"]);
  });
});

describe("attach", () => {
  test("holds a process by its identity, and lets go of it at close", async () => {
    const os = app();
    const manager = await createProcessManager({ os });
    const foreign = os.addForeign("postgres");
    const db = await manager.attachProcess("db", foreign.identity.pid);
    expect(db.status).toMatchObject({
      lifecycle: "running",
      state: "sleeping",
      desired: "up",
      pid: foreign.identity.pid,
    });
    expect(db.command).toBe("postgres");
    expect(await firstValueFrom(db.notifications$)).toMatchObject({ previous: undefined, state: "sleeping" });
    await manager.close();
    expect(foreign.signals).toEqual([]);
    foreign.end(0);
  });

  test("refuses a process that is managed already, and registers nothing", async () => {
    const os = app();
    await using manager = await createProcessManager({ os });
    const foreign = os.addForeign("postgres");
    await manager.attachProcess("db", foreign.identity.pid);
    await expect(manager.attachProcess("db2", foreign.identity)).rejects.toMatchObject({ code: "ILLEGAL_STATE" });
    await expect(manager.attachProcess("db3", 424242)).rejects.toMatchObject({ code: "NO_SUCH_PID" });
    await expect(manager.attachProcess("bad name!", foreign.identity)).rejects.toMatchObject({ code: "ILLEGAL_STATE" });
    expect(manager.getAllProcesses().map(({ name }) => name)).toEqual(["db"]);
    foreign.end(0);
  });

  test("notices the end of the process, and start makes a process of ours", async () => {
    const os = new FakeOs({ programs: { postgres: () => undefined } });
    const manager = await createProcessManager({ os });
    const foreign = os.addForeign("postgres");
    const db = await manager.attachProcess("db", foreign.identity);
    foreign.signal("SIGKILL");
    await os.clock.advance(1000);
    expect(db.status).toMatchObject({ state: "terminated", lifecycle: "exited" });
    await db.start();
    expect(db.pid).not.toBe(foreign.identity.pid);
    await manager.close();
    expect(os.processes.at(-1)?.sample()).toBe("gone");
  });
});

describe("close", () => {
  test("stops in reverse order, leaves detached processes, and is done once", async () => {
    const os = app();
    const ended: string[] = [];
    for (const name of ["a", "b", "c", "d"]) {
      os.setProgram(name, (self) => {
        self.onSignal("SIGTERM", () => {
          ended.push(name);
          self.end(0);
        });
      });
    }
    const manager = await createProcessManager({ os });
    for (const name of ["a", "b", "c"]) await manager.newProcess(name, name).start();
    await manager.newProcess("d", "d", { detach: true }).start();
    const closing = manager.close();
    expect(manager.close()).toBe(closing);
    await closing;
    expect(ended).toEqual(["c", "b", "a"]);
    expect(os.processes.at(-1)?.sample()).toBe("sleeping");
    os.processes.at(-1)?.end(0);
  });

  test("ends the grace period when told to hurry", async () => {
    const os = new FakeOs({ programs: { app: (self) => self.onSignal("SIGTERM") } });
    const manager = await createProcessManager({ os });
    await manager.newProcess("web", "app", { stop: { gracePeriod: "1h" } }).start();
    const hurry = new AbortController();
    const closing = manager.close({ hurrySignal: hurry.signal });
    await os.clock.advance(60_000);
    expect(os.processes[0]?.sample()).toBe("sleeping");
    hurry.abort();
    await os.clock.advance(500);
    await closing;
    expect(os.processes[0]?.signals.at(-1)).toBe("SIGKILL");
  });

  test("rejects with what could not be ended", async () => {
    const os = app();
    const manager = await createProcessManager({ os });
    await manager.newProcess("web", "app", { stop: { gracePeriod: 0 } }).start();
    const [immortal] = os.processes;
    if (immortal !== undefined) immortal.signal = () => true;
    const closing = manager.close();
    closing.catch(() => undefined);
    await os.clock.advance(30_000);
    await expect(closing).rejects.toMatchObject({ code: "STOP_INCOMPLETE" });
    await expect(closing).rejects.toThrow(/1000 \(app\)/);
  });

  test("after it everything is refused, and a start under way has ended", async () => {
    const os = app();
    const manager = await createProcessManager({ os });
    const web = manager.newProcess("web", "app");
    const started = web.start();
    const closing = manager.close();
    await expect(started).rejects.toMatchObject({ code: "MANAGER_CLOSED" });
    await closing;
    expect(os.processes.map((process) => process.sample())).not.toContain("sleeping");
    expect(() => manager.newProcess("x", "app")).toThrowError(expect.objectContaining({ code: "MANAGER_CLOSED" }));
    for (const call of [web.start(), web.stop(), web.signal("SIGHUP"), web.stats(), web.updateStatus()]) {
      await expect(call).rejects.toMatchObject({ code: "MANAGER_CLOSED" });
    }
    await expect(manager.attachProcess("x", 1)).rejects.toMatchObject({ code: "MANAGER_CLOSED" });
    await expect(manager.delete("web")).rejects.toMatchObject({ code: "MANAGER_CLOSED" });
  });
});
