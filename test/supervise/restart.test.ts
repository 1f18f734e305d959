import type { PassThrough } from "node:stream";
import { describe, expect, test, vi } from "vitest";
import type { ProcessNotification, ProcessStatus, RestartOptions } from "../../src/index.js";
import type { ManagedProcess } from "../../src/process/managed-process.js";
import type { FakeProgram } from "../../src/testing/fake-process.js";
import { markedScene, type Scene, sceneOf } from "./scene.js";

const failing: FakeProgram = (self) => self.end(1);
const onFailure = { mode: "ON_FAILURE" } as const;

/** Started, and ended at once: its first restart is due in a second. */
async function waitingScene(restart: RestartOptions = onFailure): Promise<Scene> {
  const scene = await sceneOf({ restart }, failing);
  await scene.app.start();
  await scene.os.clock.advance(500);
  expect(scene.app.status.supervision).toMatchObject({ kind: "waiting", attempt: 1 });
  return scene;
}

/** A program that ends by itself some time after its start. */
async function sceneOfLives(restart: RestartOptions, lifeMs: number, code: number): Promise<Scene> {
  const scene: Scene = await sceneOf({ restart }, (self) => {
    scene.os.clock.schedule(() => self.end(code), lifeMs);
  });
  await scene.app.start();
  return scene;
}

describe("a process that ends at once", () => {
  test("is started again after 1, 2, 4, 8, 16, 30, 30 s", async () => {
    await using scene = await sceneOf({ restart: onFailure }, failing);
    await scene.app.start();
    await scene.os.clock.advance(91_999);
    expect(scene.startsMs()).toEqual([0, 1000, 3000, 7000, 15_000, 31_000, 61_000, 91_000]);
    expect(scene.app.status.restarts).toBe(7);
  });

  test("is started again at once, each time, with a backoff of 0", async () => {
    const restart = { ...onFailure, maxRestarts: 5, backoff: { initial: 0 } };
    await using scene = await sceneOf({ restart }, failing);
    await scene.app.start();
    await scene.os.clock.advance(0);
    expect(scene.startsMs()).toEqual([0, 0, 0, 0, 0, 0]);
    expect(scene.app.status.supervision.kind).toBe("gave-up");
  });

  test.each([0, 1, 3])("with maxRestarts %i is started again as often, and never more", async (maxRestarts) => {
    await using scene = await sceneOf({ restart: { ...onFailure, maxRestarts } }, failing);
    await scene.app.start();
    await scene.os.clock.advance(300_000);
    expect(scene.startsMs()).toHaveLength(1 + maxRestarts);
    expect(scene.app.status).toMatchObject({ supervision: { kind: "gave-up" }, restarts: maxRestarts, desired: "up" });
    expect(scene.app.status.nextRestartAt).toBeUndefined();
  });

  test("tells at every step what is next, and why", async () => {
    const restart = { ...onFailure, maxRestarts: 2, retryAfterGivingUp: "1m" };
    await using scene = await sceneOf({ restart }, failing);
    await scene.app.start();
    await scene.os.clock.advance(0);
    const waiting = {
      kind: "waiting",
      until: new Date(1000),
      attempt: 1,
      reason: "ended with exit code 1; restart 1 of 2 in 1s",
    };
    expect(scene.app.status).toMatchObject({
      desired: "up",
      lifecycle: "exited",
      state: "terminated",
      supervision: waiting,
      reason: waiting.reason,
      nextRestartAt: waiting.until,
      restarts: 0,
    });
    await scene.os.clock.advance(1000);
    const second = {
      kind: "waiting",
      until: new Date(3000),
      attempt: 2,
      reason: "ended with exit code 1; restart 2 of 2 in 2s",
    };
    expect(scene.app.status).toMatchObject({ supervision: second, nextRestartAt: second.until, restarts: 1 });
    await scene.os.clock.advance(2000);
    const reason = "ended with exit code 1; gave up after 2 restarts in a row";
    expect(scene.app.status).toMatchObject({
      supervision: { kind: "gave-up", reason, retryAt: new Date(63_000) },
      nextRestartAt: new Date(63_000),
      reason,
      restarts: 2,
    });
  });

  test("that was given up is tried again later, with a fresh count", async () => {
    const restart = { ...onFailure, maxRestarts: 1, retryAfterGivingUp: "1m" };
    await using scene = await sceneOf({ restart }, failing);
    await scene.app.start();
    await scene.os.clock.advance(123_000);
    expect(scene.startsMs()).toEqual([0, 1000, 61_000, 62_000, 122_000, 123_000]);
  });

  test("tells each decision in its notifications, and none that is over", async () => {
    await using scene = await sceneOf({ restart: { ...onFailure, maxRestarts: 2 }, notify: true }, failing);
    const heard: ProcessNotification[] = [];
    scene.manager.notifications$.subscribe((notification) => heard.push(notification));
    await scene.app.start();
    await scene.os.clock.advance(10_000);
    const ends = heard.filter(({ state }) => state === "terminated");
    expect(ends.map(({ reason }) => reason)).toEqual([
      undefined,
      "ended with exit code 1; restart 1 of 2 in 1s",
      undefined,
      "ended with exit code 1; restart 2 of 2 in 2s",
      undefined,
      "ended with exit code 1; gave up after 2 restarts in a row",
    ]);
    expect(ends.every(({ exit }) => exit?.code === 1)).toBe(true);
    expect(scene.told.filter((line) => line.includes("ended with"))).toHaveLength(3);
  });

  test.each([
    [0, [0, 500, 1500, 3500]],
    [0.999_999, [0, 1500, 4500]],
  ])("is started again earlier or later by its jitter: with the random number %d at %j", async (random, expected) => {
    const restart = { ...onFailure, backoff: { jitter: 0.5 } };
    await using scene = await sceneOf({ restart }, failing, {}, (os) => {
      vi.spyOn(os.host, "random").mockReturnValue(random);
    });
    await scene.app.start();
    await scene.os.clock.advance(4600);
    expect(scene.startsMs()).toEqual(expected);
  });
});

describe("being up", () => {
  test.each([
    [9999, [0, 10_999, 22_998, 36_997]],
    [10_000, [0, 11_000, 22_000, 33_000]],
  ])("for %i ms: restarts at %j", async (lifeMs, expected) => {
    await using scene = await sceneOfLives(onFailure, lifeMs, 1);
    await scene.os.clock.advance(40_000);
    expect(scene.startsMs().slice(0, 4)).toEqual(expected);
  });

  test("with resetAfter 0 is enough for a fresh row, however short", async () => {
    await using scene = await sceneOfLives({ ...onFailure, resetAfter: 0 }, 1, 1);
    await scene.os.clock.advance(3500);
    expect(scene.startsMs()).toEqual([0, 1001, 2002, 3003]);
  });

  test.each([
    [12_000, [0, 13_000, 27_000]],
    [16_000, [0, 17_000, 34_000]],
  ])("counts from when it is ready: with a life of %i ms it starts at %j", async (lifeMs, expected) => {
    // Ready 5 s after its start.
    const readiness = { exec: { command: "check" }, interval: "5s", failureThreshold: 100 };
    const bornMs = (): number => scene.startsMs().at(-1) ?? 0;
    const scene: Scene = await sceneOf(
      { restart: onFailure, readiness },
      (self) => void scene.os.clock.schedule(() => self.end(1), lifeMs),
      { programs: { check: (self) => self.end(scene.os.clock.now() - bornMs() >= 5000 ? 0 : 1) } },
    );
    await using _ = scene;
    const started = scene.app.start();
    await scene.os.clock.advance(45_000);
    await started;
    expect(scene.startsMs().slice(0, 3)).toEqual(expected);
  });
});

describe("the end of a process", () => {
  test.each([
    ["NEVER", 0, 1],
    ["NEVER", 1, 1],
    ["ON_FAILURE", 0, 1],
    ["ON_FAILURE", 1, 2],
    ["ALWAYS", 0, 2],
    ["ALWAYS", 1, 2],
  ] as const)("with mode %s by exit code %i makes %i runs", async (mode, code, runs) => {
    await using scene = await sceneOfLives({ mode }, 60_000, code);
    await scene.os.clock.advance(62_000);
    expect(scene.startsMs()).toHaveLength(runs);
    expect(scene.app.status.desired).toBe("up");
    if (runs === 1) {
      expect(scene.app.status).toMatchObject({ supervision: { kind: "watching" }, nextRestartAt: undefined });
      expect(scene.app.status.reason).toMatch(new RegExp(`^ended with exit code ${code}; .*${mode}$`));
    }
  });

  test.each([
    ["NEVER", "SIGTERM", 1],
    ["ON_FAILURE", "SIGTERM", 2],
    ["ALWAYS", "SIGTERM", 2],
    ["ON_FAILURE", "SIGKILL", 2],
    ["ON_FAILURE", "SIGSEGV", 2],
  ] as const)("with mode %s by a stranger's %s makes %i runs", async (mode, signal, runs) => {
    await using scene = await sceneOf({ restart: { mode } }, () => undefined);
    await scene.app.start();
    await scene.os.clock.advance(20_000);
    scene.runs()[0]?.signal(signal);
    await scene.os.clock.advance(1000);
    expect(scene.startsMs()).toHaveLength(runs);
    expect(scene.app.status).toMatchObject({ desired: "up", restarts: runs - 1 });
  });

  test("by the caller's signal() is one of its own", async () => {
    await using scene = await sceneOf({ restart: onFailure }, () => undefined);
    await scene.app.start();
    await scene.app.signal("SIGTERM");
    await scene.os.clock.advance(1000);
    expect(scene.startsMs()).toEqual([0, 1000]);
  });
});

describe("while it waits for a restart", () => {
  test.each(["stop", "stopAndWait", "kill"] as const)("%s is the end of it", async (verb) => {
    await using scene = await waitingScene({ mode: "ALWAYS", retryAfterGivingUp: "1s" });
    await scene.app[verb]();
    expect(scene.app.status).toMatchObject({
      desired: "down",
      supervision: { kind: "watching" },
      nextRestartAt: undefined,
      reason: undefined,
    });
    await scene.os.clock.advance(300_000);
    expect(scene.startsMs()).toEqual([0]);
  });

  test("five stops at once are the end of it", async () => {
    await using scene = await waitingScene({ mode: "ALWAYS" });
    await Promise.all([
      scene.app.stop(),
      scene.app.stopAndWait(),
      scene.app.kill(),
      scene.app.stop(),
      scene.app.kill(),
    ]);
    await scene.os.clock.advance(300_000);
    expect(scene.startsMs()).toEqual([0]);
  });

  test.each(["start", "restart"] as const)("%s starts it at once, once, and with a fresh row", async (verb) => {
    await using scene = await waitingScene();
    await scene.os.clock.advance(1500);
    expect(scene.app.status.supervision).toMatchObject({ kind: "waiting", attempt: 2 });
    await scene.app[verb]();
    await scene.os.clock.advance(999);
    expect(scene.startsMs()).toEqual([0, 1000, 2000]);
    expect(scene.app.status.supervision).toMatchObject({ kind: "waiting", attempt: 1, until: new Date(3000) });
    await scene.os.clock.advance(1);
    expect(scene.startsMs()).toEqual([0, 1000, 2000, 3000]);
  });

  test("twenty starts at once start it once", async () => {
    await using scene = await waitingScene();
    scene.os.setProgram("app", () => undefined);
    await Promise.all(Array.from({ length: 20 }, () => scene.app.start()));
    await scene.os.clock.advance(300_000);
    expect(scene.startsMs()).toEqual([0, 500]);
  });

  test("a start in the same moment as the restart starts it once", async () => {
    await using scene = await waitingScene();
    scene.os.setProgram("app", () => undefined);
    let started: Promise<void> | undefined;
    scene.os.clock.schedule(() => {
      started = scene.app.start();
    }, 500);
    await scene.os.clock.advance(300_000);
    await started;
    expect(scene.startsMs()).toEqual([0, 1000]);
  });

  test("a stop in the same moment as the restart leaves nothing running", async () => {
    await using scene = await waitingScene();
    scene.os.setProgram("app", () => undefined);
    let stopped: Promise<unknown> | undefined;
    scene.os.clock.schedule(() => {
      stopped = scene.app.stopAndWait();
    }, 500);
    await scene.os.clock.advance(300_000);
    await stopped;
    expect(scene.app.status).toMatchObject({ desired: "down", pid: undefined });
    expect(scene.runs().filter((run) => run.sample() !== "gone")).toEqual([]);
  });

  test("a start that has to clear leftovers first is not taken for the restart", async () => {
    const leaving: FakeProgram = (self) => {
      self.fork((child) => child.onSignal("SIGTERM"));
      self.end(1);
    };
    await using scene = await sceneOf({ restart: onFailure, stop: { gracePeriod: "3s" } }, leaving);
    await scene.app.start();
    await scene.os.clock.advance(4500);
    expect(scene.app.status.supervision).toMatchObject({ kind: "waiting", attempt: 2 });
    const started = scene.app.start();
    await scene.os.clock.advance(4000);
    await started;
    expect(scene.app.status.supervision, "a fresh row").toMatchObject({ kind: "waiting", attempt: 1 });
    const leaders = scene.startsMs().filter((_ms, index) => index % 2 === 0);
    expect(leaders, "the first, its restart, the caller's start").toHaveLength(3);
  });

  test("it is seen meanwhile that nothing is left, so that the restart is not late by that look", async () => {
    await using scene = await sceneOf({ restart: onFailure }, failing);
    const looks: number[] = [];
    const watched: FakeProgram = (self) => {
      const survivors = self.survivors.bind(self);
      vi.spyOn(self, "survivors").mockImplementation(() => {
        looks.push(scene.os.clock.now());
        return survivors();
      });
      self.end(1);
    };
    scene.os.setProgram("app", watched);
    await scene.app.start();
    await scene.os.clock.advance(3500);
    expect(scene.startsMs()).toEqual([0, 1000, 3000]);
    expect(looks).toEqual([0, 1000, 3000]);
  });

  test("a reload that has to clear leftovers first is not taken for the restart", async () => {
    await using scene = await sceneOf({ restart: onFailure, stop: { gracePeriod: "3s" } }, (self) => {
      self.fork((child) => child.onSignal("SIGTERM"));
      self.end(1);
    });
    await scene.app.start();
    await scene.os.clock.advance(500);
    scene.os.setProgram("app", () => undefined);
    const reloaded = (scene.app as ManagedProcess).commands.restartUnasked("app.js changed");
    await scene.os.clock.advance(60_000);
    await reloaded;
    expect(scene.app.status).toMatchObject({ lifecycle: "running", restarts: 1, reason: "app.js changed" });
    scene.runs().at(-1)?.end(1);
    await scene.os.clock.advance(0);
    expect(scene.app.status.supervision, "a fresh row").toMatchObject({ kind: "waiting", attempt: 1 });
  });

  test("the end of the manager is the end of it", async () => {
    await using scene = await waitingScene({ mode: "ALWAYS" });
    await scene.manager.close();
    await scene.os.clock.advance(300_000);
    expect(scene.startsMs()).toEqual([0]);
  });

  test("to delete it is the end of it", async () => {
    await using scene = await waitingScene({ mode: "ALWAYS" });
    const statuses: ProcessStatus[] = [];
    scene.app.status$.subscribe((status) => statuses.push(status));
    await scene.manager.delete("app");
    await scene.os.clock.advance(300_000);
    expect(scene.startsMs()).toEqual([0]);
    expect(statuses).toHaveLength(1);
  });

  test("a new template is what the restart uses, and what decides about the next one", async () => {
    await using scene = await waitingScene();
    const subject = scene.app as ManagedProcess;
    subject.claim({ ...subject.template, args: ["new"], restart: { ...subject.template.restart, maxRestarts: 1 } });
    await scene.os.clock.advance(300_000);
    expect(scene.startsMs()).toEqual([0, 1000]);
    expect(scene.runs()[1]?.commandLine).toEqual(["app", "new"]);
    expect(scene.app.status.supervision.kind).toBe("gave-up");
  });
});

describe("a process that was given up", () => {
  test.each(["start", "restart"] as const)("%s works, and begins a fresh row", async (verb) => {
    await using scene = await sceneOf({ restart: { ...onFailure, maxRestarts: 1 } }, failing);
    await scene.app.start();
    await scene.os.clock.advance(5000);
    expect(scene.app.status.supervision.kind).toBe("gave-up");
    await scene.app[verb]();
    await scene.os.clock.advance(5000);
    expect(scene.startsMs()).toEqual([0, 1000, 5000, 6000]);
  });

  test.each(["stopAndWait", "kill"] as const)("is not tried again after %s", async (verb) => {
    const restart = { ...onFailure, maxRestarts: 0, retryAfterGivingUp: "1s" };
    await using scene = await sceneOf({ restart }, failing);
    await scene.app.start();
    await scene.os.clock.advance(500);
    await scene.app[verb]();
    await scene.os.clock.advance(300_000);
    expect(scene.startsMs()).toEqual([0]);
    expect(scene.app.status).toMatchObject({ supervision: { kind: "watching" }, nextRestartAt: undefined });
  });
});

describe("what a caller does", () => {
  test("restart() is no crash: the row begins anew, and the count of restarts goes on", async () => {
    await using scene = await sceneOf({ restart: onFailure }, () => undefined);
    await scene.app.start();
    for (let count = 0; count < 5; count++) await scene.app.restart();
    expect(scene.app.status).toMatchObject({ restarts: 5, supervision: { kind: "watching" }, lifecycle: "running" });
    expect((scene.app as ManagedProcess).lastCrash).toBeUndefined();
    scene.runs().at(-1)?.end(1);
    await scene.os.clock.advance(0);
    expect(scene.app.status.supervision).toMatchObject({ kind: "waiting", attempt: 1 });
  });

  test("stop sticks, also when the process ends with a failure", async () => {
    await using scene = await sceneOf({ restart: { mode: "ALWAYS" } }, (self) => {
      self.onSignal("SIGTERM", () => self.end(9));
    });
    await scene.app.start();
    const { exit } = await scene.app.stopAndWait();
    expect(exit).toMatchObject({ code: 9, cause: "stopped" });
    await scene.os.clock.advance(300_000);
    expect(scene.startsMs()).toEqual([0]);
    expect(scene.app.status).toMatchObject({ desired: "down", reason: undefined });
  });

  test("a stop in the moment of a crash sticks", async () => {
    await using scene = await sceneOf({ restart: { mode: "ALWAYS", backoff: { initial: 0 } } }, () => undefined);
    await scene.app.start();
    scene.runs()[0]?.end(1);
    await scene.app.stopAndWait();
    await scene.os.clock.advance(300_000);
    expect(scene.startsMs()).toEqual([0]);
  });
});

describe("a run that leaves something behind which cannot be ended", () => {
  /** Its child is deaf, as one is that waits uninterruptibly for a device, until it is let go. */
  function deafTree() {
    let isDeaf = true;
    const program: FakeProgram = (self) => {
      self.fork((child) => {
        const signal = child.signal.bind(child);
        vi.spyOn(child, "signal").mockImplementation((sent) => isDeaf || signal(sent));
      });
    };
    return {
      program,
      letGo: () => {
        isDeaf = false;
      },
    };
  }

  test.each(["a crash", "a reload"])("is not started beside it after %s, and is once that is gone", async (cause) => {
    const { program, letGo } = deafTree();
    await using scene = await sceneOf({ restart: onFailure }, program);
    await scene.app.start();
    if (cause === "a crash") scene.runs()[0]?.end(1);
    else void (scene.app as ManagedProcess).commands.restartUnasked("app.js changed");
    await scene.os.clock.advance(200_000);
    expect(scene.startsMs(), "the run and its child").toHaveLength(2);
    expect(scene.app.status).toMatchObject({
      desired: "up",
      lastError: { code: "STOP_INCOMPLETE" },
      supervision: { kind: "waiting" },
    });
    letGo();
    await scene.os.clock.advance(60_000);
    expect(scene.app.status).toMatchObject({ lifecycle: "running", lastError: undefined });
    expect(
      scene.runs().filter((run) => run.sample() !== "gone"),
      "the next run and its child",
    ).toHaveLength(2);
  });
});

describe("a program that cannot be started", () => {
  /** A file that is there, but may not be executed, is refused in the same way. */
  const refused = { restart: onFailure };

  test("is tried again by its policy when nobody waits for it, and recovers when it appears", async () => {
    await using scene = await markedScene(refused, undefined);
    const attempts = vi.spyOn(scene.os, "spawn");
    expect(scene.app.status).toMatchObject({
      lifecycle: "failed",
      state: "terminated",
      desired: "up",
      lastError: { code: "SPAWN_FAILED" },
      supervision: { kind: "waiting", attempt: 1, until: new Date(1000) },
      reason: 'cannot start "app": no such program; restart 1 in 1s',
    });
    expect(scene.told.filter((line) => line.includes("no such program"))).not.toEqual([]);
    await scene.os.clock.advance(6999);
    expect(attempts).toHaveBeenCalledTimes(2);
    scene.os.setProgram("app", () => undefined);
    await scene.os.clock.advance(1);
    expect(scene.startsMs()).toEqual([7000]);
    expect(scene.app.status).toMatchObject({ lifecycle: "running", lastError: undefined, restarts: 3 });
    expect(scene.app.status.supervision.kind).toBe("watching");
  });

  test.each([
    ["NEVER", 0],
    ["ALWAYS", 2],
    ["ON_FAILURE", 2],
  ] as const)("with mode %s is tried %i times more in 3 s", async (mode, times) => {
    await using scene = await markedScene({ restart: { mode } }, undefined);
    const attempts = vi.spyOn(scene.os, "spawn");
    await scene.os.clock.advance(3000);
    expect(attempts).toHaveBeenCalledTimes(times);
    if (times === 0)
      expect(scene.app.status.reason).toBe('cannot start "app": no such program; its restart mode is NEVER');
  });

  test("rejects the caller's start, and is then the caller's business", async () => {
    await using scene = await sceneOf({ restart: { mode: "ALWAYS", retryAfterGivingUp: "1s" } }, undefined);
    const attempts = vi.spyOn(scene.os, "spawn");
    await expect(scene.app.start()).rejects.toMatchObject({ code: "SPAWN_FAILED" });
    expect(scene.app.status).toMatchObject({
      lifecycle: "failed",
      supervision: { kind: "gave-up", retryAt: undefined },
      nextRestartAt: undefined,
      reason: 'cannot start "app": no such program; whoever started it was told',
    });
    await scene.os.clock.advance(300_000);
    expect(attempts).toHaveBeenCalledTimes(1);
    scene.os.setProgram("app", () => undefined);
    await scene.app.start();
    expect(scene.app.status).toMatchObject({ lifecycle: "running", supervision: { kind: "watching" } });
    expect(scene.app.status.reason).toBeUndefined();
  });

  test("rejects a start that has joined an automatic one, and is then the caller's business", async () => {
    await using scene = await markedScene(refused, undefined);
    let started: Promise<unknown> | undefined;
    const real = scene.os.spawn.bind(scene.os);
    vi.spyOn(scene.os, "spawn").mockImplementation(async (request, signal) => {
      started ??= scene.app.start().catch((error: unknown) => error);
      return await real(request, signal);
    });
    await scene.os.clock.advance(1000);
    expect(await started).toMatchObject({ code: "SPAWN_FAILED" });
    expect(scene.app.status.supervision.kind).toBe("gave-up");
  });

  test("rejects the caller's restart, and is then the caller's business", async () => {
    await using scene = await sceneOf({ restart: onFailure, cwd: "/gone" }, () => undefined);
    await scene.app.start();
    vi.spyOn(scene.os, "spawn").mockRejectedValue(new Error("gone"));
    await expect(scene.app.restart()).rejects.toThrow("gone");
    await scene.os.clock.advance(300_000);
    expect(scene.os.spawn).toHaveBeenCalledTimes(1);
    expect(scene.app.status.supervision.kind).toBe("gave-up");
  });

  test("keeps the row when it cannot be started between two crashes", async () => {
    await using scene = await sceneOf({ restart: onFailure }, failing);
    await scene.app.start();
    await scene.os.clock.advance(0);
    const spawn = vi.spyOn(scene.os, "spawn").mockRejectedValueOnce(new Error("no such program"));
    await scene.os.clock.advance(1000);
    expect(scene.app.status.supervision).toMatchObject({ kind: "waiting", attempt: 2, until: new Date(3000) });
    await scene.os.clock.advance(2000);
    expect(spawn).toHaveBeenCalledTimes(2);
    expect(scene.startsMs()).toEqual([0, 3000]);
    expect(scene.app.status.supervision).toMatchObject({ kind: "waiting", attempt: 3 });
  });

  test("is the last crash, also when the last words of the run before come later", async () => {
    await using scene = await sceneOf(
      { restart: { ...onFailure, maxRestarts: 1, backoff: { initial: 0 } } },
      (self) => {
        // What it leaves behind holds its output, which is waited for.
        vi.spyOn(self.stderr as PassThrough, "end").mockReturnThis();
      },
    );
    await scene.app.start();
    vi.spyOn(scene.os, "spawn").mockRejectedValue(new Error("gone"));
    scene.runs()[0]?.end(1);
    await scene.os.clock.advance(0);
    expect(scene.app.lastCrash).toMatchObject({ exit: undefined, failure: "gone" });
    await scene.os.clock.advance(10_000);
    expect(scene.app.lastCrash).toMatchObject({ exit: undefined, failure: "gone" });
  });

  test("is forgotten with the manager while it waits", async () => {
    await using scene = await markedScene(refused, undefined);
    const attempts = vi.spyOn(scene.os, "spawn");
    await scene.manager.close();
    await scene.os.clock.advance(300_000);
    expect(attempts).not.toHaveBeenCalled();
  });
});
