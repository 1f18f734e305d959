import { describe, expect, test } from "vitest";
import { isAlive, type OsState } from "../../src/os/os-state.js";
import {
  type Lifecycle,
  type LifecycleEvent,
  lifecycleEvents,
  lifecycles,
  nextLifecycle,
} from "../../src/process/lifecycle.js";
import { describeState } from "../../src/process/process-status.js";
import { describeStatesPage, osStates } from "./states-page.js";

const expected: Record<Lifecycle, Partial<Record<LifecycleEvent, Lifecycle>>> = {
  initial: { start: "starting", attached: "running" },
  starting: { spawned: "running", spawnFailed: "failed" },
  running: { stop: "stopping", exit: "exited" },
  stopping: { exit: "exited" },
  exited: { start: "starting" },
  failed: { start: "starting" },
};

describe("the lifecycle table", () => {
  const cells = lifecycles.flatMap((state) => lifecycleEvents.map((event) => [state, event] as const));

  test.each(cells)("%s × %s", (state, event) => {
    expect(nextLifecycle(state, event)).toBe(expected[state][event]);
  });

  test("every event means something somewhere", () => {
    const used = new Set(lifecycles.flatMap((state) => Object.keys(expected[state])));
    expect([...used].sort()).toEqual([...lifecycleEvents].sort());
  });
});

describe("the word for people", () => {
  const words = lifecycles.flatMap((lifecycle) => osStates.map((os) => [lifecycle, os] as const));

  test.each(words)("%s and %s", (lifecycle: Lifecycle, os: OsState) => {
    const word = describeState(lifecycle, os, lifecycle !== "initial");
    if (lifecycle === "initial") expect(word).toBe("initial");
    else if (lifecycle !== "running" && lifecycle !== "stopping") expect(word).toBe("terminated");
    else if (os === "unreadable") expect(word).toBe("unavailable");
    else expect(word).toBe(isAlive(os) ? os : "terminated");
  });

  test("a first start is initial until something runs, a later one terminated", () => {
    expect(describeState("starting", "gone", false)).toBe("initial");
    expect(describeState("starting", "gone", true)).toBe("terminated");
  });
});

test("docs/states.md shows these very tables (written anew by `vitest -u`)", async () => {
  await expect(describeStatesPage()).toMatchFileSnapshot("../../docs/states.md");
});
