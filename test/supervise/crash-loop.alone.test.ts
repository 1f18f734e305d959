import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { filter, firstValueFrom, map, pairwise, timer, toArray } from "rxjs";
import { expect, test } from "vitest";
import type { Process, TemplateOptions } from "../../src/index.js";
import { tempDir } from "../repo/temp-dir.js";
import { openManager, statusOf } from "./real-scene.js";
import { writeMarked } from "./scene.js";

/** As by default, but twice as fast: the machine has to be quick enough for 15 % of the first. */
const delaysMs = [500, 1000, 2000, 3000, 3000];
const restart = {
  mode: "ON_FAILURE",
  maxRestarts: delaysMs.length,
  backoff: { initial: "500ms", multiplier: 2, max: "3s" },
  // Far longer than any of these programs takes to end, also where it has to wait for the CPU, but for the one that lives.
  resetAfter: "1500ms",
} as const;
const tolerance = 0.15;
const controlMs = 100;
/** A machine that is later than this with a plain timer is busy with others, and cannot show how late we are. */
const quietMs = 40;

interface Loop {
  readonly template: TemplateOptions & { readonly command: string };
  /** How long it lives. */
  readonly lifeMs: number;
  readonly delaysMs: readonly number[];
  /** Whether it writes down itself when it was started. */
  readonly writes: boolean;
}

/** A shell script that writes down when it was started. */
function script(text: string, options: Partial<TemplateOptions> = {}): Loop["template"] {
  const note = 'date +%s%3N >>"$STARTS"';
  return { command: "sh", args: ["-c", `${note}; ${text}`], restart, ...options };
}

const loops: Readonly<Record<string, Loop>> = {
  fails: { template: script("exit 1"), lifeMs: 0, delaysMs, writes: true },
  succeeds: {
    template: script("exit 0", { restart: { ...restart, mode: "ALWAYS" } }),
    lifeMs: 0,
    delaysMs,
    writes: true,
  },
  segfaults: { template: script("kill -SEGV $$"), lifeMs: 0, delaysMs, writes: true },
  // Up long enough each time: every restart is the first of a row.
  lives: {
    template: script("sleep 2; exit 1"),
    lifeMs: 2000,
    delaysMs: delaysMs.map(() => 500),
    writes: true,
  },
  missing: { template: { command: "/no/such/program", restart }, lifeMs: 0, delaysMs, writes: false },
  refused: { template: { command: "REFUSED", restart }, lifeMs: 0, delaysMs, writes: false },
};

/** The moments at which it was tried to start a process, as its status tells; ends with the manager. */
async function attemptsOf(subject: Process): Promise<readonly number[]> {
  const attempts$ = subject.status$.pipe(
    pairwise(),
    filter(([before, after]) => before.lifecycle !== "starting" && after.lifecycle === "starting"),
    map(() => performance.now()),
    toArray(),
  );
  return await new Promise((resolve) => attempts$.subscribe(resolve));
}

/** How late this machine is with a plain timer and a plain program, at its worst until `over`: no manager can be better. */
async function worstLatenessMs(over: AbortSignal): Promise<number> {
  let worst = 0;
  while (!over.aborted) {
    const beganMs = performance.now();
    await firstValueFrom(timer(controlMs));
    await once(spawn("sh", ["-c", "date +%s%3N"], { stdio: "ignore" }), "close");
    worst = Math.max(worst, performance.now() - beganMs - controlMs);
  }
  return worst;
}

const gapsOf = (moments: readonly number[]): number[] =>
  moments.slice(1).map((at, index) => at - (moments[index] ?? 0));

test("real processes are started again after the documented delays, whatever they end with", {
  timeout: 60_000,
}, async ({ skip }) => {
  using dir = tempDir();
  const refused = join(dir.path, "not-executable");
  writeFileSync(refused, "#!/bin/sh\n", { mode: 0o644 });
  const templateDir = join(dir.path, "templates");
  for (const [name, { template }] of Object.entries(loops)) {
    const command = template.command === "REFUSED" ? refused : template.command;
    writeMarked(templateDir, name, { ...template, command, cwd: dir.path, env: { STARTS: join(dir.path, name) } });
  }
  const over = new AbortController();
  const control = worstLatenessMs(over.signal);
  const manager = await openManager({ templateDir });
  const subjects = Object.keys(loops).map((name) => manager.newProcessFromTemplate(name));
  const attempts = subjects.map(attemptsOf);
  const endless = manager.getProcessByName("lives");
  await Promise.all(
    subjects.map((subject) =>
      subject === endless
        ? statusOf(subject, ({ restarts, lifecycle }) => restarts === delaysMs.length && lifecycle === "running")
        : statusOf(subject, ({ supervision }) => supervision.kind === "gave-up"),
    ),
  );
  for (const subject of subjects) if (subject !== endless) expect(subject.status.restarts).toBe(delaysMs.length);
  // Whether it runs or waits in this moment, after so many restarts, depends on how late the others were.
  expect(endless?.status.supervision.kind, "never at its limit").not.toBe("gave-up");
  await statusOf(endless as Process, ({ lifecycle }) => lifecycle === "exited");
  await manager.close();
  over.abort();
  const latenessMs = await control;
  for (const [index, [name, loop]] of Object.entries(loops).entries()) {
    // The first attempt was made before anybody could look: the first delay is seen by what a process writes itself.
    const seen = gapsOf((await attempts[index]) ?? []);
    expectDelays(`${name}, as told`, seen, { ...loop, delaysMs: loop.delaysMs.slice(1), latenessMs });
    if (!loop.writes) continue;
    const written = gapsOf(readFileSync(join(dir.path, name), "utf8").trim().split("\n").map(Number));
    expectDelays(`${name}, as written`, written, { ...loop, latenessMs });
  }
  if (latenessMs > quietMs)
    skip(`no delay was too short; a plain timer was late by ${Math.round(latenessMs)} ms, so some may be too long`);
});

interface Expected extends Pick<Loop, "lifeMs" | "delaysMs"> {
  readonly latenessMs: number;
}

function expectDelays(what: string, gapsMs: readonly number[], { lifeMs, delaysMs, latenessMs }: Expected): void {
  const delays = gapsMs.map((gap) => gap - lifeMs);
  const shown = `${what}: ${delays.map(Math.round).join(", ")} ms`;
  expect(delays.length, shown).toBeGreaterThanOrEqual(delaysMs.length);
  for (const [index, expected] of delaysMs.entries()) {
    const delayMs = delays[index] ?? 0;
    if (latenessMs <= quietMs) {
      expect(delayMs, shown).toBeGreaterThan(expected * (1 - tolerance));
      expect(delayMs, shown).toBeLessThan(expected * (1 + tolerance));
    }
    // A run that was late to write its start makes the next gap shorter by as much.
    expect(delayMs, shown).toBeGreaterThan(Math.min(expected / 2, expected - 2 * latenessMs));
  }
}
