import { existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { run } from "../repo/run.js";
import { cli, clientOf, daemon, foreground, isAlive, listed, place, shell, sleeper, startDaemon } from "./daemon.js";

describe("without a manager", () => {
  test("every command exits with 4 and says how to start one", async () => {
    const { drover } = place();
    const commands = [["list"], ["status", "x"], ["start", "x"], ["plan"], ["explain", "x"], ["down"], ["ps", "list"]];
    for (const outcome of await Promise.all(commands.map(async (args) => await drover(...args)))) {
      expect(outcome).toMatchObject({ status: 4, stdout: "" });
      expect(outcome.stderr).toMatch(/^error: no manager .*`drover up`, or name its --state-dir\n$/);
    }
  });

  test("a socket that one left behind makes no difference, and the next one takes its place", async () => {
    const here = place({ name: "web", ...sleeper });
    const killed = foreground(here);
    await expect.poll(() => killed.output.length, { timeout: 10_000 }).toBeGreaterThan(0);
    killed.child.kill("SIGKILL");
    await killed.ended;
    const socket = join(here.path, ".drover/drover.sock");
    expect(existsSync(socket)).toBe(true);
    const refused = await here.drover("list");
    expect(refused.status).toBe(4);
    expect(refused.stderr).toContain("(nobody listens there any more)");
    await startDaemon(here);
    expect(await here.done("list")).toContain("web");
    expect(statSync(socket).mode & 0o777).toBe(0o600);
  });
});

describe("drover up", () => {
  test("tells when what has a readiness check becomes ready, and when it is so no more", async () => {
    const here = place({
      name: "web",
      ...sleeper,
      runOnStartup: true,
      readiness: { exec: { command: "test", args: ["-e", "ready"] }, interval: "50ms", failureThreshold: 1 },
    });
    const up = foreground(here);
    const told = (what: string): Promise<void> =>
      expect
        .poll(() => up.output.at(-1), { timeout: 10_000 })
        .toMatch(new RegExp(`^\\d\\d:\\d\\d:\\d\\d  web  ${what}$`));
    await expect.poll(() => up.output.join("\n"), { timeout: 10_000 }).toContain("web");
    const marker = join(here.path, "templates/ready");
    writeFileSync(marker, "");
    await told("ready");
    rmSync(marker);
    await told("not ready");
  });

  test("is reached from another terminal before its processes are ready, and Ctrl-C takes the socket away", async () => {
    const never = { readiness: { exec: { command: "false" } }, startTimeout: "1h" };
    const here = place({ name: "slow", ...sleeper, runOnStartup: true, ...never });
    const up = foreground(here);
    await expect.poll(() => up.output.join("\n"), { timeout: 10_000 }).toContain("slow");
    const status = await here.done("status", "slow");
    expect(status).toMatch(/^health +starting, not ready$/m);
    expect(status).toMatch(/^check +readiness starting after \d+ checks?/m);
    expect((await here.drover("wait", "slow", "--timeout", "10ms")).status).toBe(1);
    up.child.kill("SIGINT");
    expect(await up.ended).toEqual([0, null]);
    expect(existsSync(join(here.path, ".drover/drover.sock"))).toBe(false);
    expect((await here.drover("list")).status).toBe(4);
  });

  test("says what is decided about a crashed process, once, and the same is in list, status and explain", async () => {
    const restart = { mode: "ON_FAILURE", maxRestarts: 1, backoff: { initial: "10ms" } };
    const here = place(
      { name: "idle", ...sleeper },
      { name: "loop", ...shell("echo no database >&2; sleep 0.1; exit 3"), restart },
    );
    const up = foreground(here);
    await expect.poll(() => up.errors.join("\n"), { timeout: 10_000 }).toContain("`drover start NAME`");
    await here.done("start", "loop");
    const gaveUp = "ended with exit code 3; gave up after 1 restart in a row";
    await expect.poll(() => up.output.join("\n"), { timeout: 10_000 }).toContain(gaveUp);
    const told = up.output.filter((line) => line.includes("ended with"));
    expect(told.map((line) => line.replace(/^\S+ +/, ""))).toEqual([
      "loop  terminated  ended with exit code 3; restart 1 of 1 in 10ms",
      `loop  terminated  ${gaveUp}`,
    ]);
    expect(up.errors.join("\n")).not.toContain("gave up");
    expect(await here.done("list")).toMatch(new RegExp(`^loop +terminated +- +- +1 .*${gaveUp}$`, "m"));
    const status = await here.done("status", "loop");
    expect(status).toMatch(/^supervision +gave-up$/m);
    expect(status).toMatch(/^last crash .*: exit code 3$/m);
    expect(status).toMatch(/^stderr +no database$/m);
    expect(await here.done("explain", "loop")).toContain(`loop does not run: ${gaveUp}`);
  });

  test("--dev restarts a process when a file in its directory changes, --watch-templates makes new ones", async () => {
    const here = place({ name: "web", ...sleeper, runOnStartup: true });
    await startDaemon(here, "--dev", "--watch-templates");
    const before = (await listed(here)).get("web")?.pid;
    writeFileSync(join(here.path, "templates/site.css"), "body {}");
    await expect.poll(() => here.log(), { timeout: 10_000 }).toMatch(/web .*site\.css/);
    // It is told what is going to be done, and then done.
    const web = async () => (await listed(here)).get("web");
    await expect.poll(web).toMatchObject({ isRunning: true, restartCount: 1 });
    expect((await web())?.pid).not.toBe(before);
    here.write({ name: "more", ...sleeper, runOnStartup: true });
    await expect.poll(() => here.log(), { timeout: 10_000 }).toMatch(/more .*(running|sleeping)/);
    expect((await listed(here)).get("more")).toMatchObject({ isRunning: true });
  });

  test("goes on without a socket where its path would be too long, and says so", async () => {
    const here = place({ name: "web", ...sleeper });
    const stateDir = `.drover-${"x".repeat(100)}`;
    const up = foreground(here, "--state-dir", stateDir);
    await expect.poll(() => up.output.join("\n"), { timeout: 10_000 }).toContain("web");
    expect(up.errors.join("\n")).toMatch(
      /^warning: no other terminal can reach .* at most 107: choose a state directory/m,
    );
    expect(await here.drover("list", "--state-dir", stateDir)).toMatchObject({ status: 1, stdout: "" });
    up.child.kill("SIGINT");
    expect(await up.ended).toEqual([0, null]);
  });
});

describe("drover up --detach and down", () => {
  test("a manager runs on in the background; a second one is refused; down stops all of it", async () => {
    const here = place({ name: "web", ...sleeper, runOnStartup: true }, { name: "det", ...sleeper, detach: true });
    const pid = await startDaemon(here);
    expect(await here.drover("up", "--detach")).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(new RegExp(`a manager runs already in .* \\(pid ${pid}\\); .drover down. ends it`)),
    });
    await here.done("start", "det");
    const pids = [...(await listed(here)).values()].map((info) => info.pid);
    expect(pids.every(isAlive)).toBe(true);
    const below = { cwd: join(here.path, "templates") };
    expect(await run(process.execPath, [cli, "list"], below), "from below, too").toMatchObject({ status: 0 });
    const down = await here.done("down");
    expect(down.split("\n").sort()).toEqual(["", "stopped det", "stopped web", "the manager has ended"]);
    expect(pids.some(isAlive)).toBe(false);
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
    expect(existsSync(join(here.path, ".drover/drover.sock"))).toBe(false);
  });

  test("down --keep leaves detached processes to the next manager, which starts again what down has stopped", async () => {
    const here = place({ name: "det", ...sleeper, detach: true, runOnStartup: true });
    await startDaemon(here);
    const pid = (await listed(here)).get("det")?.pid;
    expect(await here.done("down", "--keep")).toBe(`left det (pid ${pid}) running\nthe manager has ended\n`);
    // The state directory is free as soon as `down` has returned.
    await startDaemon(here);
    expect((await listed(here)).get("det")).toMatchObject({ pid, isRunning: true });
    await here.done("down");
    expect(isAlive(Number(pid))).toBe(false);
    await startDaemon(here);
    expect((await listed(here)).get("det")).toMatchObject({ isRunning: true });
  });

  test("what keeps a manager from starting is told by --detach, with the same exit code", async () => {
    const here = place();
    writeFileSync(join(here.path, "templates/bad.json"), "{}");
    const outcome = await here.drover("up", "--detach");
    expect(outcome).toMatchObject({ status: 2, stdout: "" });
    expect(outcome.stderr).toMatch(/bad\.json:1:1: .*command/);
    expect(await here.drover("up", "--detach", "--template-dir", "none")).toMatchObject({ status: 2, stdout: "" });
  });
});

describe("drover list and status", () => {
  test("show no secret, and every field in JSON", async () => {
    const args = ["-c", "sleep 1000", "--password", "hunter2", "--url=postgres://app:hunter2@db"];
    const here = await daemon({ name: "web", command: "sh", args, runOnStartup: true, env: { API_KEY: "hunter2" } });
    const texts = await Promise.all([
      here.done("list", "--json"),
      here.done("status", "web"),
      here.done("explain", "web"),
    ]);
    expect(texts.join("\n") + here.log()).not.toContain("hunter2");
    const [info] = (JSON.parse(texts[0]) as { processes: Record<string, unknown>[] }).processes;
    expect(info).toMatchObject({ args: ["-c", "sleep 1000", "--password", "***", "--url=postgres://app:***@db"] });
    expect(info).toMatchObject({ exit: null, lastError: "", restartCount: 0, healthCheckFailures: 0, schedule: null });
    expect(Object.values(info ?? {})).not.toContain(undefined);
    expect(texts[0]).not.toContain("\u001b");
  });

  test("tell a name that is meant, with exit code 3", async () => {
    const here = await daemon({ name: "web", ...sleeper });
    for (const args of [
      ["status", "wbe"],
      ["explain", "wbe"],
      ["start", "wbe"],
      ["signal", "HUP", "wbe"],
    ]) {
      expect(await here.drover(...args)).toEqual({
        status: 3,
        stdout: "",
        stderr: 'error: there is no process named "wbe"; did you mean "web"?\n',
      });
    }
    expect((await here.drover("status", "..")).status).toBe(3);
    expect((await here.drover("status", "a/../web")).status).toBe(3);
  });
});

describe("drover start, stop, restart, kill, signal and wait", () => {
  test("do it, say what became of it, and say when there was nothing to do", async () => {
    const here = await daemon({ name: "web", ...sleeper }, { name: "worker", ...sleeper });
    expect(await here.done("start", "web")).toMatch(/^started web \(pid \d+\)\n$/);
    expect(await here.done("start", "web")).toMatch(/^web runs already \(pid \d+\)\n$/);
    expect(await here.done("wait", "web")).toMatch(/^web is ready \(pid \d+\)\n$/);
    expect(await here.done("restart", "web")).toMatch(/^restarted web \(pid \d+ → \d+\)\n$/);
    expect(await here.done("ps", "restart", "web")).toMatch(/^restarted web/);
    expect(await here.done("stop", "web")).toMatch(/^stopped web \(pid \d+\)\n$/);
    expect(await here.done("stop", "web")).toBe("web did not run\n");
    await here.done("start", "w*");
    expect((await here.done("kill", "--all")).split("\n").map((line) => line.split(" ")[1])).toEqual([
      "web",
      "worker",
      undefined,
    ]);
    expect(await here.done("wait", "web", "--for", "exited")).toBe("web has ended: SIGKILL (killed)\n");
  });

  test("exit with 3 for what does not run, with 2 for bad usage, with 1 for what fails", async () => {
    const here = await daemon({ name: "idle", ...sleeper }, { name: "broken", command: "no-such-program-anywhere" });
    const outcome = async (...args: string[]) => await here.drover(...args);
    expect(await outcome("signal", "HUP", "idle")).toMatchObject({
      status: 3,
      stderr: expect.stringContaining("does not run"),
    });
    expect(await outcome("wait", "idle")).toMatchObject({
      status: 3,
      stderr: expect.stringContaining("start it first"),
    });
    expect(await outcome("signal", "NOPE", "idle")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("SIGTERM"),
    });
    expect(await outcome("start")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("--group GROUP or --all"),
    });
    expect(await outcome("start", "idle", "--all")).toMatchObject({ status: 2 });
    expect(await outcome("stop", "idle", "--grace-period", "5 parsecs")).toMatchObject({ status: 2 });
    expect(await outcome("start", "--group", "nope")).toMatchObject({ status: 3 });
    expect(await outcome("scale", "idle", "many")).toMatchObject({ status: 2 });
    expect(await outcome("start", "broken")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("no-such-program"),
    });
    const mixed = await outcome("start", "idle", "nobody");
    expect(mixed).toMatchObject({ status: 3, stdout: expect.stringMatching(/^started idle/) });
  });

  test("signal reaches the process, and stop without waiting returns at once", async () => {
    const script = "trap 'echo hup >&2; exit 7' HUP; trap '' TERM; echo up; while :; do sleep 0.05; done";
    const here = await daemon({ name: "web", ...shell(script), readiness: { output: { pattern: "up" } } });
    await here.done("start", "web");
    expect(await here.done("stop", "web", "--no-wait")).toBe("web: stop is under way\n");
    expect(await here.done("status", "web")).toMatch(/^lifecycle +stopping$/m);
    await here.done("signal", "hup", "web");
    expect(await here.done("wait", "web", "--for", "exited")).toMatch(/^web has ended: exit code 7/);
  });

  test("a group starts what it needs first and stops it last", async () => {
    const here = await daemon(
      { name: "api", ...sleeper, group: "backend", dependsOn: [{ name: "db" }] },
      { name: "db", ...sleeper, group: "backend" },
      { name: "other", ...sleeper },
    );
    await here.done("start", "--group", "backend");
    await here.done("restart", "--group", "backend");
    await here.done("stop", "--group", "backend");
    const order = [...here.log().matchAll(/ {2}(\w+) {2}\w+ → (\w+) /g)].map(
      ([, name, state]) => `${name} ${state === "terminated" ? "ends" : "runs"}`,
    );
    const once = ["db runs", "api runs", "api ends", "db ends"];
    expect(order).toEqual([...once, ...once]);
  });

  test("a job is armed, not run", async () => {
    const here = await daemon({ name: "job", command: "true", schedule: { cron: "0 3 * * *" } });
    expect(await here.done("start", "job")).toMatch(/^armed job; it runs next at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\n$/);
    expect(await here.done("list")).toMatch(/^job +initial .*next run/m);
  });
});

describe("drover scale, plan and reload", () => {
  test("scale goes up and down while they run", async () => {
    const here = await daemon({ name: "web", ...sleeper, runOnStartup: true });
    expect(await here.done("scale", "web", "3")).toBe("web has 3 now: web, web-2, web-3\n");
    expect([...(await listed(here)).values()].map(({ isRunning }) => isRunning)).toEqual([true, true, true]);
    expect(await here.done("scale", "web", "1")).toBe("web has 1 now: web\n");
    expect([...(await listed(here)).keys()]).toEqual(["web"]);
    expect((await here.drover("scale", "nobody", "2")).status).toBe(3);
  });

  test("plan tells what reload then does, and a file with an error keeps what it had", async () => {
    const here = await daemon(
      { name: "kept", ...sleeper, runOnStartup: true },
      { name: "gone", ...sleeper, runOnStartup: true },
    );
    expect(await here.done("plan")).toBe("2 unchanged\n");
    const { pid } = (await listed(here)).get("kept") ?? {};
    here.write({ name: "new", ...sleeper, runOnStartup: true });
    here.write({ name: "kept", ...sleeper, runOnStartup: true, description: "text" });
    rmSync(join(here.path, "templates/gone.json"));
    const plan = await here.done("plan");
    expect(plan).toBe("update  kept  description\ncreate  new\nstop    gone  removed\n");
    expect(await here.done("reload")).toBe(plan);
    expect([...(await listed(here)).keys()].sort()).toEqual(["kept", "new"]);
    expect((await listed(here)).get("kept")).toMatchObject({ pid, description: "text" });
    writeFileSync(join(here.path, "templates/new.json"), '{"name": "new"');
    const bad = await here.drover("reload");
    expect(bad).toMatchObject({ status: 2, stdout: "2 unchanged\n", stderr: expect.stringMatching(/new\.json:1:/) });
    expect((await listed(here)).get("new")).toMatchObject({ isRunning: true });
  });
});

test("of two managers started at once in the background, one is refused with the PID of the other", async () => {
  const here = place({ name: "web", ...sleeper });
  const [one, other] = await Promise.all([here.drover("up", "--detach"), here.drover("up", "--detach")]);
  onTestFinished(async () => void (await here.drover("down")));
  const [winner, loser] = one.status === 0 ? [one, other] : [other, one];
  const { pid } = await clientOf(here).manager();
  expect(winner).toMatchObject({ status: 0, stdout: expect.stringContaining(`pid ${pid}`) });
  expect(loser).toMatchObject({ status: 1, stdout: "", stderr: expect.stringContaining(String(pid)) });
});
