import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import type { ProcessInfo } from "../../src/api/process-info.js";
import { type Outcome, run } from "../repo/run.js";
import { type ComposeSet, writeComposeSet } from "./compose-set.js";
import { findPrograms, type Programs } from "./find-programs.js";
import { footprintOf, remainsOf } from "./footprint.js";

const programs = findPrograms();
if (Array.isArray(programs)) console.log(`no set of real databases is run: ${programs.join(", ")} missing here`);
const isRunnable = !Array.isArray(programs) && process.platform === "linux";
const cli = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** The other terminal: somewhere else, with the state directory named. */
class Terminal {
  readonly #stateDir: string;

  constructor({ stateDir }: ComposeSet) {
    this.#stateDir = stateDir;
  }

  async run(...args: readonly string[]): Promise<Outcome> {
    return await run(process.execPath, [cli, ...args, "--state-dir", this.#stateDir]);
  }

  /** What a command prints that exits with 0 and complains of nothing. */
  async done(...args: readonly string[]): Promise<string> {
    const outcome = await this.run(...args);
    expect(outcome, `drover ${args.join(" ")}`).toMatchObject({ status: 0, stderr: "" });
    return outcome.stdout;
  }

  async list(): Promise<ReadonlyMap<string, ProcessInfo>> {
    const { processes } = JSON.parse(await this.done("list", "--json")) as { processes: readonly ProcessInfo[] };
    return new Map(processes.map((info) => [info.name, info]));
  }
}

test.skipIf(!isRunnable)(
  "a set is run in the background, and every command from another terminal does what it says",
  // Some forty programs, one after the other.
  { timeout: 300_000 },
  async () => {
    using set = await writeComposeSet(programs as Programs);
    const place = ["--template-dir", set.templateDir, "--state-dir", set.stateDir];
    const up = await run(process.execPath, [cli, "up", "--detach", ...place], { cwd: set.dir });
    expect(up).toMatchObject({ status: 0, stderr: "" });
    const manager = Number(/pid (\d+)/.exec(up.stdout)?.[1]);
    const terminal = new Terminal(set);
    onTestFinished(async () => void (await terminal.run("down")));

    expect(await terminal.done("wait", "api", "--timeout", "40s")).toMatch(/api/);
    expect(await terminal.done("wait", "worker", "--timeout", "40s")).toMatch(/worker/);
    const first = await terminal.list();
    expect([...first.keys()].sort()).toEqual(["api", "init-postgres", "job", "postgres", "redis", "worker"]);
    for (const name of ["api", "postgres", "redis", "worker"]) {
      expect(first.get(name), name).toMatchObject({ isRunning: true, ready: true, health: "healthy" });
    }
    expect(first.get("init-postgres")).toMatchObject({ isRunning: false, exit: { code: 0 } });
    expect(await terminal.done("list")).toMatch(/^NAME .*\n(.*\n)*api +/);
    expect(await terminal.done("status", "postgres")).toContain(`${first.get("postgres")?.pid}`);
    expect(await terminal.done("explain", "job")).toMatch(/job/);
    await expect
      .poll(async () => await terminal.done("logs", "job", "--stdout", "-n", "1"), polling)
      .toMatch(/^\d+\n$/);
    expect(await terminal.done("logs", "--all", "--grep", "^step", "-n", "1")).toMatch(/worker *\| step :\d+\n/);

    await terminal.done("restart", "w*r");
    await terminal.done("signal", "HUP", "redis").catch(() => undefined);
    const second = await terminal.list();
    expect(second.get("worker")?.pid).not.toBe(first.get("worker")?.pid);
    expect(second.get("api")?.pid).toBe(first.get("api")?.pid);
    await terminal.done("kill", "worker");
    await terminal.done("stop", "api", "--grace-period", "5s");
    const third = await terminal.list();
    for (const name of ["api", "worker"])
      expect(third.get(name), name).toMatchObject({ isRunning: false, desired: "down" });
    expect(third.get("worker")?.exit).toMatchObject({ signal: "SIGKILL", cause: "killed" });
    await terminal.done("start", "api", "worker");
    await terminal.done("ps", "restart", "api");
    expect((await terminal.list()).get("api")).toMatchObject({ ready: true });

    await terminal.done("scale", "worker", "2");
    expect([...(await terminal.list()).keys()].filter((name) => name.startsWith("worker"))).toHaveLength(2);
    await terminal.done("scale", "worker", "1");
    const file = join(set.templateDir, "worker.json");
    writeFileSync(file, readFileSync(file, "utf8").replace('"name":"worker"', '"name":"worker","description":"steps"'));
    expect(await terminal.done("reload")).toMatch(/worker/);
    expect((await terminal.list()).get("worker")).toMatchObject({ description: "steps", isRunning: true });

    const stranger = spawn("sleep", ["1000"], { stdio: "ignore" });
    onTestFinished(() => void stranger.kill("SIGKILL"));
    await terminal.done("attach", "stranger", String(stranger.pid));
    expect((await terminal.list()).get("stranger")).toMatchObject({ pid: stranger.pid, isRunning: true });
    await terminal.done("stop", "stranger");
    expect(await terminal.run("stop", "nobody")).toMatchObject({ status: 3, stdout: "" });
    expect(await terminal.run("start", "--group", "nobody")).toMatchObject({ status: 3 });
    expect((await terminal.run("doctor")).stdout).toContain(`held by process ${manager}`);
    await terminal.done("logs", "--clear", "worker");

    const footprint = await footprintOf(manager, set);
    await terminal.done("stop", "--all");
    expect([...(await terminal.list()).values()].filter(({ isRunning }) => isRunning)).toEqual([]);
    await terminal.done("start", "api");
    expect((await terminal.list()).get("postgres")).toMatchObject({ ready: true });
    expect(await terminal.done("down")).toMatch(/stopped .*postgres/s);
    expect(await remainsOf(footprint)).toEqual([]);
    expect(await terminal.run("list")).toMatchObject({ status: 4, stdout: "" });
  },
);

const polling = { timeout: 20_000, interval: 200 };
