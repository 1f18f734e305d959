import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isAlive } from "../../src/os/os-state.js";
import type { ProcessStatus } from "../../src/process/process-status.js";
import { fixture, within } from "./fixture.js";

const pidsAlive = (os: ReturnType<typeof fixture>["os"]): number[] =>
  os.processes.filter((process) => isAlive(process.sample())).map(({ identity }) => identity.pid);

describe("start", () => {
  test("runs the program and tells each fact", async () => {
    const { os, process } = fixture({ args: ["-v"] });
    expect(process.status).toMatchObject({ state: "initial", lifecycle: "initial", desired: "down", pid: undefined });
    await process.start();
    expect(process.status).toMatchObject({
      state: "sleeping",
      lifecycle: "running",
      desired: "up",
      pid: 1000,
      restarts: 0,
    });
    expect(os.processes[0]?.request).toMatchObject({ file: "app", args: ["-v"], cwd: "/", detach: false });
    expect(os.processes[0]?.request.env).toMatchObject({
      DROVER_NAME: "app",
      DROVER_INSTANCE: "1",
      DROVER_ID: "fake-host.run-0",
    });
    expect(Object.isFrozen(process.status)).toBe(true);
  });

  test("of a running process does nothing, and concurrent starts make one process", async () => {
    const { os, process } = fixture();
    await Promise.all([process.start(), process.start(), process.start()]);
    await process.start();
    expect(os.processes).toHaveLength(1);
  });

  test("of a running process is done at once: a restart that follows does not overtake it", async () => {
    const { process } = fixture();
    await process.start();
    await Promise.all([process.start(), process.restart()]);
    expect(process.status).toMatchObject({ restarts: 1, lifecycle: "running" });
  });

  test("of a missing program rejects at once, and works once the program is there", async () => {
    const { os, process } = fixture();
    os.setProgram("app", () => undefined);
    const { process: broken, os: empty } = fixture({}, { directories: [] });
    await expect(broken.start()).rejects.toMatchObject({ code: "SPAWN_FAILED", process: "app" });
    expect(broken.status).toMatchObject({ lifecycle: "failed", state: "terminated", desired: "up" });
    expect(broken.status.lastError?.message).toContain('app: cannot start "app": working directory "/" does not exist');
    await expect(broken.wait()).rejects.toBe(broken.status.lastError);
    expect(empty.processes).toHaveLength(0);
    await process.start();
    expect(process.status.lastError).toBeUndefined();
    expect(os.processes).toHaveLength(1);
  });

  test("names every unresolved variable before anything runs", async () => {
    const { os, process } = fixture({ env: { A: "$" + "{ONE}", B: "$" + "{TWO:?the second}" } });
    await expect(process.start()).rejects.toMatchObject({ code: "ENV_UNRESOLVED" });
    expect(process.status.lastError?.message).toMatch(/ONE.*TWO/s);
    expect(os.processes).toHaveLength(0);
  });

  test("ended by its cancelSignal stops the process and lets nothing start it", async () => {
    const { os, process } = fixture();
    const controller = new AbortController();
    const started = process.start({ cancelSignal: controller.signal });
    controller.abort(new Error("changed my mind"));
    await expect(started).rejects.toMatchObject({ code: "ABORTED" });
    await os.clock.advance(10_000);
    expect(pidsAlive(os)).toEqual([]);
    expect(process.status.desired).toBe("down");
  });

  test("cancelled by one of two callers goes on for the other", async () => {
    const { os, process } = fixture();
    const controller = new AbortController();
    const cancelled = process.start({ cancelSignal: controller.signal });
    const kept = process.start();
    controller.abort();
    await expect(cancelled).rejects.toMatchObject({ code: "ABORTED" });
    await kept;
    expect(pidsAlive(os)).toHaveLength(1);
  });

  test("ends what an ended run has left behind before the next one begins", async () => {
    const { os, process } = fixture(
      {},
      { programs: { app: (self) => void self.fork((child) => child.onSignal("SIGTERM")) } },
    );
    await process.start();
    const [leader, leftover] = os.processes;
    leader?.end(1);
    await within(os, 6000, process.start());
    expect(isAlive(leftover?.sample() ?? "gone")).toBe(false);
    expect(leftover?.signals).toContain("SIGKILL");
    expect(process.status.lifecycle).toBe("running");
  });
});

describe("stop", () => {
  test("asks with the stop signal and SIGCONT, and waits for the exit", async () => {
    const { os, process } = fixture({ stop: { signal: "SIGINT" } });
    await process.start();
    const result = await process.stopAndWait();
    expect(result).toMatchObject({ forced: false, survivors: [], exit: { signal: "SIGINT", cause: "stopped" } });
    expect(os.processes[0]?.signals).toEqual(["SIGINT"]);
    expect(process.status).toMatchObject({ state: "terminated", lifecycle: "exited", desired: "down", pid: undefined });
  });

  test("kills what ignores the signal exactly when the grace period ends", async () => {
    const { os, process } = fixture({}, { programs: { app: (self) => self.onSignal("SIGTERM") } });
    await process.start();
    const stopped = process.stopAndWait();
    await os.clock.advance(4990);
    expect(os.processes[0]?.signals).toEqual(["SIGTERM", "SIGCONT"]);
    expect(process.status.lifecycle).toBe("stopping");
    const result = await within(os, 20, stopped);
    expect(result).toMatchObject({ forced: true, survivors: [], exit: { signal: "SIGKILL", cause: "killed" } });
  });

  test("ends grandchildren that outlive their parent", async () => {
    const { os, process } = fixture(
      {},
      { programs: { app: (self) => void self.fork((child) => child.onSignal("SIGTERM")) } },
    );
    await process.start();
    const result = await within(os, 6000, process.stopAndWait());
    expect(result).toMatchObject({ forced: true, survivors: [], exit: { signal: "SIGTERM", cause: "stopped" } });
    expect(pidsAlive(os)).toEqual([]);
  });

  test("wakes a suspended process so that it can end", async () => {
    const { os, process } = fixture();
    await process.start();
    os.processes[0]?.signal("SIGSTOP");
    const result = await within(os, 1000, process.stopAndWait());
    expect(result).toMatchObject({ forced: false, exit: { signal: "SIGTERM" } });
  });

  test("returns after the signal, and the escalation goes on", async () => {
    const { os, process } = fixture({}, { programs: { app: (self) => self.onSignal("SIGTERM") } });
    await process.start();
    await process.stop();
    expect(process.status.lifecycle).toBe("stopping");
    await process.stop();
    await os.clock.advance(5100);
    expect(process.status).toMatchObject({ lifecycle: "exited", exit: { cause: "killed" } });
  });

  test("joined by a less patient caller ends sooner", async () => {
    const { os, process } = fixture({}, { programs: { app: (self) => self.onSignal("SIGTERM") } });
    await process.start();
    const patient = process.stopAndWait({ gracePeriod: "1m" });
    await os.clock.advance(10);
    const hasty = process.stopAndWait({ gracePeriod: 500 });
    await os.clock.advance(600);
    expect(await Promise.all([patient, hasty])).toMatchObject([{ forced: true }, { forced: true }]);
  });

  test("cut short by kill", async () => {
    const { os, process } = fixture({}, { programs: { app: (self) => self.onSignal("SIGTERM") } });
    await process.start();
    const stopped = process.stopAndWait({ gracePeriod: "1m" });
    await os.clock.advance(10);
    await within(os, 200, process.kill());
    expect(await stopped).toMatchObject({ forced: true, exit: { cause: "killed" } });
  });

  test("of what cannot be killed lists it, says so, and refuses a second instance", async () => {
    const { os, process } = fixture();
    await process.start();
    const [immortal] = os.processes;
    if (immortal === undefined) throw new Error("nothing was started");
    immortal.enter("disk-sleep");
    immortal.signal = () => true;
    const result = await within(os, 20_000, process.stopAndWait());
    expect(result.survivors).toMatchObject([{ pid: immortal.identity.pid, command: "app" }]);
    expect(process.status.lastError?.code).toBe("STOP_INCOMPLETE");
    await expect(within(os, 20_000, process.start())).rejects.toMatchObject({ code: "STOP_INCOMPLETE" });
    expect(os.processes).toHaveLength(1);
  });

  test.each(["SIGNOPE", "", "999"])("with the signal %j is refused before anything happens", async (signal) => {
    const { os, process } = fixture();
    await process.start();
    const wrong = { signal: signal as "SIGTERM" };
    for (const call of [process.stop(wrong), process.stopAndWait(wrong), process.signal(wrong.signal)]) {
      await expect(call).rejects.toMatchObject({ code: "UNSUPPORTED" });
    }
    expect(process.status).toMatchObject({ lifecycle: "running", desired: "up" });
    expect(os.processes[0]?.signals).toEqual([]);
  });

  test("takes a signal without its SIG, in any case, or as a number", async () => {
    const { os, process } = fixture();
    await process.start();
    await process.stopAndWait({ signal: "int" as never });
    expect(os.processes[0]?.signals).toEqual(["SIGINT"]);
  });

  test("of what does not run does nothing", async () => {
    const { process } = fixture();
    expect(await process.stopAndWait()).toEqual({ exit: undefined, forced: false, survivors: [] });
    expect(await process.kill()).toEqual({ exit: undefined, forced: false, survivors: [] });
    expect(process.status.state).toBe("initial");
  });

  test("five times at once is one stop", async () => {
    const { os, process } = fixture();
    await process.start();
    const results = await Promise.all([1, 2, 3, 4, 5].map(() => process.stopAndWait()));
    expect(new Set(results).size).toBe(1);
    expect(os.processes[0]?.signals).toEqual(["SIGTERM"]);
  });

  test("during a start ends that start: its caller gets ABORTED and nothing runs", async () => {
    const { os, process } = fixture();
    const started = process.start();
    const stopped = process.stopAndWait();
    await expect(started).rejects.toMatchObject({ code: "ABORTED" });
    await within(os, 1000, stopped);
    expect(pidsAlive(os)).toEqual([]);
    expect(process.status.desired).toBe("down");
  });
});

describe("a stop command", () => {
  const options = { stop: { command: ["app-ctl", "shutdown"], gracePeriod: 500 } };
  const shutDown = (self: { request: { env: Readonly<Record<string, string>> }; end(code: number): void }): void => {
    expect(self.request.env["DROVER_PID"]).toBe("1000");
    self.end(0);
  };

  test("is run before any signal, in the place of the process and with its PID", async () => {
    const { os, process } = fixture(options, { programs: { "app-ctl": shutDown } });
    await process.start();
    expect(await within(os, 2000, process.stopAndWait())).toMatchObject({
      forced: false,
      exit: { signal: "SIGTERM", cause: "stopped" },
    });
    expect(os.processes[1]?.request).toMatchObject({ file: "app-ctl", args: ["shutdown"], cwd: "/", detach: false });
  });

  test("that ends the process leaves nothing to be signalled", async () => {
    const { os, process } = fixture(options);
    os.setProgram("app-ctl", (self) => {
      os.processes[0]?.end(0);
      self.end(0);
    });
    await process.start();
    expect(await within(os, 2000, process.stopAndWait())).toMatchObject({
      forced: false,
      exit: { code: 0, cause: "stopped" },
    });
    expect(os.processes[0]?.signals).toEqual([]);
  });

  test("that hangs is killed when its time is over, and the signals follow", async () => {
    const { os, process } = fixture(options, { programs: { "app-ctl": (self) => self.onSignal("SIGTERM") } });
    await process.start();
    const stopped = process.stopAndWait();
    await os.clock.advance(499);
    expect(os.processes.map(({ signals }) => signals)).toEqual([[], []]);
    await within(os, 100, stopped);
    expect(os.processes.map(({ signals }) => signals)).toEqual([["SIGTERM"], ["SIGKILL"]]);
  });

  test("that cannot be run is told, and the signals follow", async () => {
    const { os, process, warnings } = fixture(options);
    await process.start();
    expect(await within(os, 1000, process.stopAndWait())).toMatchObject({ exit: { signal: "SIGTERM" } });
    expect(warnings.join()).toContain('app: cannot start "app-ctl": no such program (stop.command');
  });

  test("is not run by kill", async () => {
    const { os, process } = fixture(options);
    await process.start();
    await within(os, 1000, process.kill());
    expect(os.processes).toHaveLength(1);
  });
});

describe("restart", () => {
  test("replaces the process, counts, and starts what was never started", async () => {
    const { os, process } = fixture();
    await process.restart();
    expect(process.status.restarts).toBe(0);
    await process.restart();
    expect(process.status).toMatchObject({ restarts: 1, pid: 1001, lifecycle: "running", desired: "up" });
    expect(pidsAlive(os)).toEqual([1001]);
  });

  test("gives each run its own DROVER_ID", async () => {
    const { os, process } = fixture();
    await process.start();
    await process.restart();
    const ids = os.processes.map(({ request }) => request.env["DROVER_ID"]);
    expect(new Set(ids).size).toBe(2);
  });
});

describe("exit", () => {
  test("is told at once, with its code, and wait gives it any number of times", async () => {
    const { os, process } = fixture();
    await process.start();
    const waits = [process.wait(), process.wait()];
    os.processes[0]?.end(7);
    const exits = await Promise.all(waits);
    expect(exits[0]).toMatchObject({ code: 7, signal: null, cause: "exited" });
    expect(await process.wait()).toBe(exits[1]);
    expect(process.uptime).toBe(0);
  });

  test("of a process never started cannot be waited for", async () => {
    const { process } = fixture();
    await expect(process.wait()).rejects.toMatchObject({ code: "ILLEGAL_STATE" });
    await expect(process.signal("SIGHUP")).rejects.toMatchObject({ code: "ILLEGAL_STATE" });
    await expect(process.stats()).rejects.toMatchObject({ code: "ILLEGAL_STATE" });
    await expect(process.updateStatus()).rejects.toMatchObject({ code: "ILLEGAL_STATE" });
  });

  test("wait ends by its cancelSignal, and the process goes on", async () => {
    const { process } = fixture();
    await process.start();
    await expect(process.wait({ cancelSignal: AbortSignal.abort() })).rejects.toMatchObject({ code: "ABORTED" });
    expect(process.isAlive()).toBe(true);
  });

  test("by a signal nobody here sent is not put down to us", async () => {
    const { os, process } = fixture();
    await process.start();
    os.processes[0]?.signal("SIGKILL");
    expect(await process.wait()).toMatchObject({ signal: "SIGKILL", cause: "signaled" });
  });
});

describe("a cancelSignal", () => {
  test("that is aborted already asks for nothing to happen", async () => {
    const { os, process } = fixture();
    await process.start();
    const cancelSignal = AbortSignal.abort();
    for (const verb of ["start", "restart", "stop", "stopAndWait", "kill"] as const) {
      await expect(process[verb]({ cancelSignal })).rejects.toMatchObject({ code: "ABORTED" });
    }
    await os.clock.advance(10_000);
    expect(os.processes).toHaveLength(1);
    expect(process.status).toMatchObject({ lifecycle: "running", desired: "up" });
  });

  test("of a start does not end the restart of somebody else", async () => {
    const { os, process } = fixture();
    await process.start();
    const restarted = process.restart();
    const controller = new AbortController();
    const started = process.start({ cancelSignal: controller.signal });
    controller.abort();
    await expect(started).rejects.toMatchObject({ code: "ABORTED" });
    await within(os, 1000, restarted);
    expect(process.status).toMatchObject({ lifecycle: "running", desired: "up", restarts: 1 });
  });
});

describe("wait", () => {
  test("right after a start waits for the new run, not for the exit of the last one", async () => {
    const { os, process } = fixture();
    await process.start();
    os.processes[0]?.end(1);
    await process.wait();
    const started = process.start();
    const waited = process.wait();
    await started;
    os.processes[1]?.end(2);
    expect(await waited).toMatchObject({ code: 2 });
  });

  test("takes no grace period longer than a timer can be", async () => {
    const { process } = fixture();
    await process.start();
    await expect(process.stopAndWait({ gracePeriod: 3e9 })).rejects.toMatchObject({ code: "INVALID_TEMPLATE" });
    expect(process.status.lifecycle).toBe("running");
  });
});

describe("any sequence of calls", () => {
  const verbs = fc.constantFrom("start", "stopAndWait", "stop", "restart", "kill" as const);

  test("ends with one live process or none, as the last call asked, and never with two", async () => {
    const sequences = fc.array(fc.tuple(verbs, fc.nat(30)), { minLength: 1, maxLength: 50 });
    await fc.assert(
      fc.asyncProperty(sequences, fc.boolean(), async (calls, ignoresTerm) => {
        const program = (self: { onSignal(signal: "SIGTERM"): void }): void => {
          if (ignoresTerm) self.onSignal("SIGTERM");
        };
        const { os, process } = fixture({ stop: { gracePeriod: 100 } }, { programs: { app: program } });
        const seen: ProcessStatus[] = [];
        process.status$.subscribe((status) => seen.push(status));
        const settled = [];
        for (const [verb, pauseMs] of calls) {
          settled.push(Promise.resolve(process[verb]()).catch(() => undefined));
          expect(pidsAlive(os).length).toBeLessThanOrEqual(1);
          if (pauseMs > 15) await os.clock.advance(pauseMs);
        }
        await within(os, 60_000, Promise.all(settled));
        const [last] = calls.at(-1) ?? [];
        const isUp = last === "start" || last === "restart";
        expect(pidsAlive(os)).toHaveLength(isUp ? 1 : 0);
        expect(process.status.desired).toBe(isUp ? "up" : "down");
        expect(process.isAlive()).toBe(isUp);
        expect(seen.at(-1)).toBe(process.status);
      }),
      { numRuns: 150 },
    );
  });
});
