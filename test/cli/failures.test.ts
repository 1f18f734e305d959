import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { describeFailure } from "../../src/cli/describe-failure.js";
import { ProgressLine } from "../../src/cli/progress-line.js";
import { ProcessError } from "../../src/errors.js";
import { run } from "../repo/run.js";
import { cli, daemon, listed, place, sleeper } from "./daemon.js";

describe("an error is one line that says what to do", () => {
  test.each([
    [["lst"], "unknown command 'lst' (Did you mean one of list, ls?); `drover --help` shows what there is"],
    [["ps", "strat"], "unknown command 'strat' (Did you mean start?); `drover ps --help` shows what there is"],
    [["up", "--nope"], "unknown option '--nope'; `drover up --help` shows what there is"],
    [
      ["ps", "list", "--jsn"],
      "unknown option '--jsn' (Did you mean --json?); `drover ps list --help` shows what there is",
    ],
    [["scale", "web"], "missing required argument 'instances'; `drover scale --help` shows what there is"],
    [
      ["startup", "upstart"],
      "command-argument value 'upstart' is invalid for argument 'system'. Allowed choices are systemd; `drover startup --help` shows what there is",
    ],
    [["start"], "which processes? expected names, --group GROUP or --all; `drover list` shows them"],
  ])("%j", async (args, message) => {
    expect(await place().drover(...args)).toEqual({ status: 2, stdout: "", stderr: `error: ${message}\n` });
  });
});

test.skipIf(!existsSync("/dev/full"))(
  "results that cannot be written are an error; a reader who has enough is none",
  async () => {
    const { path } = place();
    writeFileSync(join(path, "Procfile"), "web: sleep 1000\n");
    const into = async (sink: string): Promise<unknown> =>
      await run("bash", ["-o", "pipefail", "-c", `"$@" ${sink}`, "-", process.execPath, cli, "import", "Procfile"], {
        cwd: path,
      });
    expect(await into("> /dev/full")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("error: cannot write to standard output: ENOSPC: ") as string,
    });
    expect(await into("2>/dev/null | true")).toEqual({ status: 0, stdout: "", stderr: "" });
  },
);

test.skipIf(!existsSync("/dev/full"))("a disk that is full ends no manager, which tells that once", async () => {
  const here = place({ name: "web", ...sleeper, runOnStartup: true });
  const full = openSync("/dev/full", "w");
  const child = spawn(process.execPath, [cli, "up"], { cwd: here.path, stdio: ["ignore", full, "pipe"] });
  closeSync(full);
  const ended = once(child, "close");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  let errors = "";
  child.stderr?.on("data", (text: Buffer) => {
    errors += text.toString();
  });
  await expect.poll(() => errors, { timeout: 15_000 }).toContain("error: cannot write to standard output: ENOSPC: ");
  // Each of these has lines to be written.
  await here.done("restart", "web");
  await here.done("restart", "web");
  expect((await listed(here)).get("web")).toMatchObject({ isRunning: true });
  child.kill("SIGINT");
  expect(await ended).toEqual([1, null]);
  expect(errors.match(/cannot write/g)).toHaveLength(1);
});

describe("--debug and DROVER_DEBUG", () => {
  test("add to an error where it was made, and what caused it", async () => {
    const { path, drover } = place();
    const plain = await drover("list", "--state-dir", "none");
    const debug = await drover("list", "--debug", "--state-dir", "none");
    expect(plain.stderr).toMatch(/^error: no manager answers .*\n$/);
    expect(debug.status).toBe(4);
    expect(debug.stderr).toMatch(/^error: ProcessError: no manager answers .* \[UNREACHABLE\]\n {4}at /);
    expect(debug.stderr).toMatch(/\n {2}caused by: Error: connect ENOENT .* \[ENOENT\]\n {4}at /);
    const env = { DROVER_DEBUG: "1" };
    const byEnv = await run(process.execPath, [cli, "list", "--state-dir", "none"], { cwd: path, env });
    expect(byEnv.stderr).toContain("caused by: Error: connect ENOENT");
    const off = { DROVER_DEBUG: "0" };
    const notByEnv = await run(process.execPath, [cli, "list", "--state-dir", "none"], { cwd: path, env: off });
    expect(notByEnv.stderr).toBe(plain.stderr);
  });

  test("is known to every command, and to wrong use of one", async () => {
    const { drover } = place();
    for (const command of ["up", "list", "doctor", "completion"]) {
      expect((await drover(command, "--help")).stdout).toMatch(/Global Options:\n +--debug /);
    }
    const wrong = await drover("--debug", "lst");
    expect(wrong.status).toBe(2);
    expect(wrong.stderr).toMatch(/^error: unknown command 'lst' .*\nCommanderError: .*\n {4}at /s);
  });

  test("are offered for what nobody expected", () => {
    const internal = new ProcessError("INTERNAL", "it broke");
    expect(describeFailure(internal, false)).toBe("it broke; DROVER_DEBUG=1 shows where it comes from");
    expect(describeFailure(new ProcessError("ABORTED", "it was aborted"), false)).toBe("it was aborted");
    expect(describeFailure({ code: "INTERNAL", message: "as the manager says" }, true)).toBe("as the manager says");
  });
});

describe("progress", () => {
  test("makes room for what else is written, and stays away from a line that is not at its end", () => {
    const written: string[] = [];
    const stream = { columns: 20, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream;
    const line = new ProgressLine(stream);
    const write = (text: string): void => line.stepAside(text, (aside) => written.push(aside));
    line.show("starting 1 of 40: api, web");
    write("a line\n");
    write("a part");
    line.show("starting 2 of 40");
    write(" and its end\n");
    line.show("starting 3 of 40");
    line.show("");
    const cut = "\r\u001B[2Kstarting 1 of 40: …";
    const clear = "\r\u001B[2K";
    expect(written).toEqual([
      ...[cut, clear, "a line\n", cut, clear, "a part"],
      ...[" and its end\n", `${clear}starting 3 of 40`, clear],
    ]);
  });

  const many = { ...sleeper, instances: 7 };

  test("is shown on a terminal in one line, which is gone at the end", async () => {
    const isOpen = { exec: { command: "test", args: ["-e", "open"] }, interval: "50ms", timeout: "10s" };
    const here = await daemon({ name: "web", ...many, readiness: isOpen });
    const terminal = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)";
    const args = ["-c", terminal, process.execPath, cli, "start", "web"];
    const env = { ...process.env, NO_COLOR: "1" };
    const child = spawn("python3", args, { cwd: here.path, env, stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const ended = once(child, "close");
    let stdout = "";
    child.stdout.on("data", (text: Buffer) => {
      stdout += text.toString();
    });
    const line = "\u001B[2Kstarting 0 of 7: web-1, web-2, web-3, web-4, web-5, …";
    await expect.poll(() => stdout).toContain(line);
    writeFileSync(join(here.path, "templates/open"), "");
    expect(await ended).toEqual([0, null]);
    // Taken away before the results, which nothing of it follows.
    expect(stdout.split("\u001B[2K").at(-1)).toMatch(/^started web-1 \(pid \d+\)\r\n/);
  });

  test("is not shown without one", async () => {
    // Longer than it takes until progress is shown.
    const slow = { exec: { command: "sleep", args: ["1"] }, timeout: "10s" };
    const here = await daemon({ name: "web", ...many, readiness: slow });
    expect(await here.done("start", "web")).toMatch(/^(started web-\d \(pid \d+\)\n){7}$/);
  });
});
