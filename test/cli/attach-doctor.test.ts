import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { readCommandLine, readTable } from "../../src/os/node/procfs/table.js";
import { carriersOf } from "../faults/host-program.js";
import { run } from "../repo/run.js";
import { tempDir } from "../repo/temp-dir.js";
import { clientOf, daemon, isAlive, listed, sleeper } from "./daemon.js";

const hasProcfs = existsSync("/proc/self/stat");
const cli = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const drover = (args: readonly string[], cwd: string): ReturnType<typeof run> =>
  run(process.execPath, [cli, ...args], { cwd });

describe.skipIf(!hasProcfs)("drover attach", () => {
  test("writes a process down, and `up` attaches to it again, says so, and leaves it running", async () => {
    const dir = workDir();
    const { pid = 0 } = startStranger();
    expect(await drover(["attach", "db", String(pid)], dir.path)).toEqual({
      status: 0,
      stdout: `attached db to PID ${pid} (sleep 1000)\n`,
      stderr: "",
    });
    expect(rowOf("db", (await drover(["doctor"], dir.path)).stdout)).toMatch(
      new RegExp(`^note +db +runs on as PID ${pid} \\(attached\\)`),
    );

    const up = await startUp(dir.path, "db");
    expect(up.output).toContainEqual(expect.stringMatching(new RegExp(`^db +sleeping +${pid} `)));
    up.child.kill("SIGINT");
    expect(await up.ended).toEqual([0, null]);
    expect(up.errors).toEqual([`attached again to db (PID ${pid})`, `leaving db (pid ${pid}) running`]);
    expect(process.kill(pid, 0)).toBe(true);
  });

  test("exits with 3 for what does not run, with 2 for what is no number of a process, and with 1 for one that has a name already", async () => {
    const dir = workDir();
    expect(await drover(["attach", "db", "99999999"], dir.path)).toMatchObject({ status: 3, stdout: "" });
    for (const target of ["0", "web", "1.5", "-1", ""]) {
      expect(await drover(["attach", "db", "--", target], dir.path)).toMatchObject({ status: 2, stdout: "" });
    }
    expect(readdirSync(join(dir.path, ".drover/processes"))).toEqual([]);
    const { pid = 0 } = startStranger();
    expect((await drover(["attach", "db", String(pid)], dir.path)).status).toBe(0);
    const again = await drover(["attach", "cache", String(pid)], dir.path);
    expect(again.status).toBe(1);
    expect(again.stderr).toContain(`process ${pid} is managed as "db" already`);
    expect((await drover(["attach", "db"], dir.path)).status).toBe(2);
  });

  test("goes through the manager that runs, also from a directory below", async () => {
    const here = await daemon({ name: "web", ...sleeper });
    const { pid = 0 } = startStranger();
    expect(await here.drover("attach", "web", String(pid))).toMatchObject({ status: 1, stdout: "" });
    const below = join(here.path, "templates");
    expect(await drover(["attach", "db", String(pid)], below)).toEqual({
      status: 0,
      stdout: `attached db to PID ${pid} (sleep 1000)\n`,
      stderr: "",
    });
    expect((await listed(here)).get("db")).toMatchObject({ pid, isRunning: true, desired: "up" });
    expect(await here.drover("attach", "other", String(pid))).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`process ${pid} is managed as "db" already`),
    });
    const { pid: itself } = await clientOf(here).manager();
    await here.done("start", "web");
    const children = (await readTable()).filter(({ parentPid }) => parentPid === itself);
    const guardian = children.find(({ pid: child }) => readCommandLine(child).includes("drover-guardian"))?.pid;
    expect(await here.drover("attach", "guard", String(guardian))).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("is the guardian of a manager"),
    });
    expect(await here.drover("attach", "self", String(itself))).toMatchObject({ status: 1 });
    expect(await here.drover("attach", "nobody", "99999999")).toMatchObject({ status: 3 });
    await here.done("stop", "db");
    expect(isAlive(pid)).toBe(false);
  });

  test("never takes another process for the one that was attached", async () => {
    const dir = workDir();
    const meant = startStranger();
    await drover(["attach", "db", String(meant.pid)], dir.path);
    meant.kill("SIGKILL");
    await once(meant, "exit");
    // Started later than the other one ended: their start times differ.
    const stranger = startStranger();
    changeRecord(dir.path, "db", ({ run: { identity } }) => {
      identity.pid = stranger.pid ?? 0;
    });

    const told = await drover(["doctor"], dir.path);
    expect(rowOf("db", told.stdout)).toContain(`PID ${stranger.pid} has ended while no manager watched it`);
    const stop = await drover(["doctor", "--stop", "db"], dir.path);
    expect(stop.status).toBe(3);
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  });
});

describe.skipIf(!hasProcfs)("drover doctor", () => {
  test("tells the holder while `up` runs; ending what that has started is refused", async () => {
    const dir = workDir();
    const { name } = writeDetached(dir.path);
    const up = await startUp(dir.path);
    const told = await drover(["doctor"], dir.path);
    expect(told).toMatchObject({ status: 0, stderr: "" });
    expect(rowOf("lock", told.stdout)).toMatch(new RegExp(`^ok +lock +held by process ${up.child.pid}, started 20`));
    expect(rowOf(name, told.stdout)).toMatch(/^ok .* runs as PID \d+ \(detached\)$/);
    const refused = await drover(["doctor", "--stop", name], dir.path);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain(`is held by process ${up.child.pid}, running since 20`);
    expect(await carriersOf("DROVER_NAME", name)).toHaveLength(1);
  });

  test("notes what a killed manager has left running, and --stop ends it for good", async () => {
    const dir = workDir();
    const { name } = writeDetached(dir.path);
    const up = await startUp(dir.path);
    await recordOf(dir.path, name);
    up.child.kill("SIGKILL");
    await up.ended;
    const [pid] = await carriersOf("DROVER_NAME", name);

    const told = await drover(["doctor"], dir.path);
    expect(told.status).toBe(0);
    expect(rowOf("lock", told.stdout)).toMatch(/^note +lock +left by process \d+, .* has ended/);
    expect(rowOf(name, told.stdout)).toMatch(
      new RegExp(`^note .* runs on as PID ${pid} \\(detached\\) without a manager`),
    );

    expect(await drover(["doctor", "--stop", name], dir.path)).toMatchObject({
      status: 0,
      stdout: `stopped ${name}\n`,
    });
    expect(await carriersOf("DROVER_NAME", name)).toEqual([]);
    expect(rowOf(name, (await drover(["doctor"], dir.path)).stdout)).toMatch(/^ok .* does not run; wanted down$/);
    const next = await startUp(dir.path);
    expect(next.output).toContainEqual(expect.stringMatching(new RegExp(`^${name} +(initial|terminated) +- `)));
  });

  test("of a process that `up` has adopted says that it runs, and `up` said so before", async () => {
    const dir = workDir();
    const { name } = writeDetached(dir.path);
    const first = await startUp(dir.path);
    await recordOf(dir.path, name);
    first.child.kill("SIGKILL");
    await first.ended;
    const [pid] = await carriersOf("DROVER_NAME", name);
    const second = await startUp(dir.path);
    expect(second.errors).toEqual([`adopted ${name} (PID ${pid}), which runs on`]);
    expect(await carriersOf("DROVER_NAME", name)).toEqual([pid]);
  });

  test("--stop of what does not run without a manager exits with 3", async () => {
    const dir = workDir();
    const outcome = await drover(["doctor", "--stop", "nobody"], dir.path);
    expect(outcome).toMatchObject({ status: 3, stdout: "" });
    expect(outcome.stderr).toContain('nothing named "nobody" runs on without a manager');
  });

  test("exits with 1 for a file that is no record, which the next manager sets aside", async () => {
    const dir = workDir();
    const records = join(dir.path, ".drover/processes");
    mkdirSync(records, { recursive: true });
    writeFileSync(join(records, "cut.json"), '{"version": 1, "na');
    const told = await drover(["doctor"], dir.path);
    expect(told.status).toBe(1);
    expect(rowOf("cut.json", told.stdout)).toMatch(/^problem +cut\.json +is no record: .* cut off/);
    expect(readdirSync(records), "doctor changes nothing").toEqual(["cut.json"]);

    await startUp(dir.path).then(async ({ child, ended }) => [child.kill("SIGINT"), await ended]);
    const after = await drover(["doctor"], dir.path);
    expect(after.status).toBe(0);
    expect(after.stdout).toMatch(/^note +cut\.json\..*\.aside +was set aside/m);
  });

  test("tells a stale record, and a bound process that runs on as a problem", async () => {
    const dir = workDir();
    const stranger = startStranger();
    await drover(["attach", "web", String(stranger.pid)], dir.path);
    changeRecord(dir.path, "web", (record) => {
      record.kind = "bound";
    });
    const left = await drover(["doctor"], dir.path);
    expect(left.status).toBe(1);
    expect(rowOf("web", left.stdout)).toMatch(/^problem +web +PID \d+ was left behind/);
    stranger.kill("SIGKILL");
    await once(stranger, "exit");
    expect(rowOf("web", (await drover(["doctor"], dir.path)).stdout)).toMatch(/^note +web .*; a stale record$/);
  });

  test("tells once of a process whose guardian was killed together with its manager", async () => {
    const dir = workDir();
    const name = `bound-${randomUUID()}`;
    const template = { name, command: "sleep", args: ["1000"], runOnStartup: true };
    writeFileSync(join(dir.path, "bound.json"), JSON.stringify(template));
    const up = await startUp(dir.path);
    await recordOf(dir.path, name);
    const guardian = Number(
      execFileSync("pgrep", ["-P", String(up.child.pid), "-f", "drover-guardian"], { encoding: "utf8" }),
    );
    process.kill(guardian, "SIGSTOP");
    up.child.kill("SIGKILL");
    process.kill(guardian, "SIGKILL");
    await up.ended;
    const [pid] = await carriersOf("DROVER_NAME", name);
    const told = await drover(["doctor"], dir.path);
    expect(rowOf(name, told.stdout)).toMatch(new RegExp(`^problem .* PID ${pid} was left behind`));
    expect(told.stdout.match(/left behind/g)).toHaveLength(1);

    const next = await startUp(dir.path);
    expect(next.errors).toEqual([`ending ${name} (PID ${pid}), which was left behind by a manager that was killed`]);
    expect(await carriersOf("DROVER_NAME", name)).not.toContain(pid);
  });

  test("gives the same as one JSON document", async () => {
    const dir = workDir();
    const outcome = await drover(["doctor", "--json"], dir.path);
    expect(outcome).toMatchObject({ status: 0, stderr: "" });
    const { findings } = JSON.parse(outcome.stdout) as { findings: Record<string, string>[] };
    expect(findings[0]).toEqual({
      level: "note",
      subject: "state",
      text: expect.stringContaining("there is no state directory"),
    });
    expect(findings.map(({ subject }) => subject)).toContain("limits");
    expect(existsSync(join(dir.path, ".drover"))).toBe(false);
  });
});

/** Removed after everything else of the test has ended: these hooks are run last one first. */
function workDir(): { readonly path: string } {
  const dir = tempDir();
  onTestFinished(() => dir[Symbol.dispose]());
  return dir;
}

/** A process that is none of drover's. */
function startStranger(): ChildProcess {
  const stranger = spawn("sleep", ["1000"], { stdio: "ignore" });
  onTestFinished(() => void stranger.kill("SIGKILL"));
  return stranger;
}

/** A template of a detached process, which is ended with the test in any case. */
function writeDetached(dir: string): { readonly name: string } {
  const name = `detached-${randomUUID()}`;
  const template = { name, command: "sleep", args: ["1000"], detach: true, runOnStartup: true };
  writeFileSync(join(dir, "detached.json"), JSON.stringify(template));
  onTestFinished(async () => {
    for (const pid of await carriersOf("DROVER_NAME", name)) process.kill(pid, "SIGKILL");
  });
  return { name };
}

/** Resolves when it is written down what runs: that takes a moment longer than the start. */
async function recordOf(dir: string, name: string): Promise<void> {
  const path = join(dir, `.drover/processes/${name}.json`);
  const isThere = (): boolean => existsSync(path) && readFileSync(path, "utf8").includes('"identity"');
  await expect.poll(isThere, { timeout: 10_000 }).toBe(true);
}

interface WrittenRecord {
  kind: string;
  readonly run: { readonly identity: { pid: number } };
}

function changeRecord(dir: string, name: string, change: (record: WrittenRecord) => void): void {
  const path = join(dir, `.drover/processes/${name}.json`);
  const record = JSON.parse(readFileSync(path, "utf8")) as WrittenRecord;
  change(record);
  writeFileSync(path, JSON.stringify(record));
}

/** The line about a subject. */
function rowOf(subject: string, stdout: string): string {
  return stdout.split("\n").find((line) => line.split(/ +/)[1] === subject) ?? `nothing about ${subject}`;
}

interface Up {
  readonly child: ChildProcess;
  readonly output: readonly string[];
  readonly errors: readonly string[];
  readonly ended: Promise<unknown[]>;
}

/**
 * Runs `drover up`; resolves once the row of `last` has come. A process that is only known from its record stands below
 * those of the templates.
 */
async function startUp(cwd: string, last = "idle"): Promise<Up> {
  writeFileSync(join(cwd, "idle.json"), '{"name": "idle", "command": "sleep"}');
  const args = [cli, "up", "--template-dir", "."];
  const child = spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "close");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const [output, errors]: [string[], string[]] = [[], []];
  createInterface({ input: child.stderr }).on("line", (line) => errors.push(line));
  createInterface({ input: child.stdout }).on("line", (line) => output.push(line));
  await expect.poll(() => output.some((line) => line.startsWith(`${last} `)), { timeout: 10_000 }).toBe(true);
  return { child, output, errors, ended };
}
