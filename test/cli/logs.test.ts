import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, onTestFinished, test } from "vitest";
import type { LogLineInfo } from "../../src/api/event-info.js";
import { cli, clientOf, daemon, foreground, type Place, place, shell, startDaemon } from "./daemon.js";

/** Waits until so many lines of all processes are there. */
async function written(here: Place, count: number): Promise<void> {
  const read = async (): Promise<number> =>
    (
      await clientOf(here)
        .logs({ all: true })
        .catch(() => [])
    ).length;
  await expect.poll(read, { timeout: 10_000 }).toBe(count);
}

/** Lines without what makes them as wide as those of the longest name so far. */
const trimmed = (output: string): readonly string[] => output.trimEnd().split("\n").map(withoutWidth);
const withoutWidth = (line: string): string => line.replace(/ +\|/, " |");

const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /;

test("drover logs shows the end of a log, and follows it across a restart until it is interrupted", async () => {
  const here = await daemon({ name: "web", ...shell("echo one; echo two; echo problem >&2; exec sleep 1000") });
  await here.done("start", "web");
  await expect
    .poll(async () => (await here.drover("logs", "web")).stdout.split("\n").length, { timeout: 10_000 })
    .toBe(4);
  expect(await here.done("logs", "web", "--stderr")).toBe("problem\n");
  expect(await here.done("ps", "logs", "web", "--stdout", "-n", "1")).toBe("two\n");
  const json = JSON.parse(await here.done("logs", "web", "--stdout", "-n", "1", "--json")) as object;
  expect(json).toMatchObject({ process: "web", stream: "stdout", line: "two", partial: false });

  const args = [cli, "logs", "web", "--stdout", "-n", "1", "-f"];
  const child = spawn(process.execPath, args, { cwd: here.path, stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  await expect.poll(() => lines, { timeout: 10_000 }).toEqual(["two"]);
  await here.done("restart", "web");
  await expect.poll(() => lines, { timeout: 10_000 }).toEqual(["two", "one", "two"]);
  child.kill("SIGINT");
  await once(child, "exit");
});

test("drover logs says what is wrong with what was asked for", async () => {
  const here = await daemon({ name: "silent", command: "true", logs: { mode: "DISCARD" } });
  expect(await here.drover("logs", "silent")).toMatchObject({ status: 1, stderr: expect.stringContaining("not kept") });
  expect(await here.drover("logs", "silent", "-n", "many")).toMatchObject({ status: 2 });
  expect(await here.drover("logs", "silent", "--stdout", "--stderr")).toMatchObject({ status: 2 });
  expect(await here.drover("logs", "nobody")).toMatchObject({ status: 3 });
});

describe("drover logs of several processes", () => {
  const templates = [
    { name: "api", ...shell("echo up; echo problem >&2; exec sleep 1000"), group: "back" },
    { name: "worker", ...shell("echo work $DROVER_INSTANCE; exec sleep 1000"), instances: 2, group: "front" },
  ].map((template) => ({ ...template, runOnStartup: true }));

  test("shows whose lines they are; the name of a template stands for its instances", async () => {
    const here = await daemon(...templates);
    await written(here, 4);
    const all = ["api | problem", "api | up", "worker-1 | work 1", "worker-2 | work 2"];
    expect(trimmed(await here.done("logs")).toSorted()).toEqual(all);
    expect(trimmed(await here.done("logs", "api", "worker")).toSorted()).toEqual(all);
    expect(trimmed(await here.done("logs", "worker")).toSorted()).toEqual(all.slice(2));
    expect(trimmed(await here.done("logs", "--group", "back", "--stdout"))).toEqual(["api | up"]);
    expect(await here.done("logs", "worker-1")).toBe("work 1\n");
    const bare = await here.done("logs", "*2", "api", "--no-log-prefix");
    expect(trimmed(bare).toSorted()).toEqual(["problem", "up", "work 2"]);
    const json = (await here.done("logs", "worker", "--json")).trimEnd().split("\n");
    const lines = json.map((line) => JSON.parse(line) as LogLineInfo);
    expect(lines.map(({ process, line }) => `${process} ${line}`).toSorted()).toEqual([
      "worker-1 work 1",
      "worker-2 work 2",
    ]);
    expect(lines.map(({ at }) => `${at} `)).toEqual([
      expect.stringMatching(timestamp),
      expect.stringMatching(timestamp),
    ]);
  });

  test("finds lines by an expression and a time, shows the time, and throws them away", async () => {
    const here = await daemon(...templates);
    await written(here, 4);
    expect(trimmed(await here.done("logs", "--grep", "prob.em|2$")).toSorted()).toEqual([
      "api | problem",
      "worker-2 | work 2",
    ]);
    expect(await here.done("logs", "--grep", "(a+)+$|nothing")).toBe("");
    expect(trimmed(await here.done("logs", "--since", "1h", "--stderr"))).toEqual(["api | problem"]);
    expect(await here.done("logs", "--until", "1h")).toBe("");
    expect(await here.done("logs", "--since", "2999-01-01")).toBe("");
    const [line = ""] = trimmed(await here.done("logs", "worker-1", "api", "--timestamps", "--grep", "work"));
    expect(line).toMatch(timestamp);
    expect(line.replace(timestamp, "")).toBe("worker-1 | work 1");

    const cleared = await here.done("logs", "--clear", "worker", "api");
    expect(cleared).toBe("cleared the log of worker-1\ncleared the log of worker-2\ncleared the log of api\n");
    expect(await here.done("logs")).toBe("");
    const directory = join(here.path, ".drover/logs");
    for (const file of readdirSync(directory)) expect(statSync(join(directory, file)).size, file).toBe(0);
  });

  test("says what is wrong with an expression, a time, or which processes are meant", async () => {
    const here = await daemon(...templates);
    const refused = async (args: readonly string[], status: number, reason: string): Promise<void> => {
      expect(await here.drover("logs", ...args), args.join(" ")).toMatchObject({
        status,
        stdout: "",
        stderr: expect.stringContaining(reason),
      });
    };
    await refused(["--grep", "(up"], 2, 'grep: "(up" is no regular expression in the syntax of RE2: ');
    await refused(["--grep", "(?=up)"], 2, "is no regular expression in the syntax of RE2");
    await refused(["--since", "yesterday"], 2, 'since: "yesterday" is no time; expected a duration');
    await refused(["-f", "--until", "5"], 2, 'until: "5" is no time; expected a duration');
    await refused(["-n", "1000000"], 2, "expected 0 to 100000");
    await refused(["api", "--group", "back"], 2, "names, --group and --all exclude each other");
    await refused(["--clear"], 2, "--clear: of which processes?");
    await refused(["--clear", "-f", "api"], 2, "cannot be used with");
    await refused(["--clear", "nobody"], 3, 'there is no process named "nobody"');
    await refused(["--group", "side"], 3, 'there is no process in group "side"; there are back, front');
  });
});

describe("drover up", () => {
  const web = { name: "web", ...shell("echo one; echo problem >&2; exec sleep 1000"), runOnStartup: true };
  const logged = (lines: readonly string[]): readonly string[] => lines.filter((line) => /one|problem/.test(line));

  test("shows what the processes write, with their names", async () => {
    const here = place(web, { ...web, name: "other", runOnStartup: false });
    const up = foreground(here);
    await expect
      .poll(() => logged(up.output.slice(3)), { timeout: 10_000 })
      .toEqual(expect.arrayContaining(["web | one", "web | problem"]));
    await here.done("start", "other");
    await expect
      .poll(() => logged(up.output).map(withoutWidth), { timeout: 10_000 })
      .toEqual(expect.arrayContaining(["other | one", "other | problem"]));
    up.child.kill("SIGINT");
    expect(await up.ended).toEqual([0, null]);
    expect(up.errors.filter((line) => line.includes("|"))).toEqual([]);
  });

  test("does so without the names, with times, or not at all", async () => {
    const here = place({ ...web, ...shell("echo one; exec sleep 1000") });
    const lines = async (...options: readonly string[]): Promise<readonly string[]> => {
      const up = foreground(here, ...options);
      // By now it has been written, and whoever shows it follows.
      await written(here, 1);
      if (!options.includes("--no-logs")) {
        await expect.poll(() => up.output.some((line) => line.endsWith("one")), { timeout: 10_000 }).toBe(true);
      }
      await here.done("logs", "--clear", "web");
      up.child.kill("SIGINT");
      expect(await up.ended).toEqual([0, null]);
      return up.output.filter((line) => line.endsWith("one"));
    };
    expect(await lines("--no-log-prefix")).toEqual(["one"]);
    expect(await lines("-t")).toEqual([expect.stringMatching(new RegExp(`${timestamp.source}web \\| one$`))]);
    expect(await lines("--no-logs")).toEqual([]);
  });

  test("--log-format full has the echo of a process with its time, level and stream, also in drover.log", async () => {
    const here = place({ ...web, logs: { echo: true, stderrLevel: "WARN" } });
    const echo = (lines: readonly string[]): readonly string[] =>
      lines.filter((line) => line.startsWith("[")).map((line) => line.replace(/^\[[^\]]+Z\] /, "[time] "));
    const expected = ["[time] info: [web] STDOUT: one", "[time] warning: [web] STDERR: problem"];
    const up = foreground(here, "--no-logs", "--log-format", "full");
    await expect.poll(() => echo(up.errors).toSorted(), { timeout: 10_000 }).toEqual(expected);
    up.child.kill("SIGINT");
    await up.ended;
    expect(up.output.filter((line) => line.includes("|"))).toEqual([]);
    await startDaemon(here, "--log-format", "full");
    await expect.poll(() => echo(here.log().split("\n")).toSorted(), { timeout: 10_000 }).toEqual(expected);
    expect(readFileSync(join(here.path, ".drover/logs/web.out.log"), "utf8")).toBe("one\none\n");
  });
});

test("what a manager in the background tells is rotated, too", async () => {
  const here = place({
    name: "chatty",
    command: "sh",
    args: ["-c", "seq -f '%099.0f' 1 130000 >&2; exec sleep 1000"],
    logs: { echo: true },
    runOnStartup: true,
  });
  await startDaemon(here);
  await expect.poll(() => existsSync(join(here.path, ".drover/drover.log.1")), { timeout: 30_000 }).toBe(true);
  expect(await here.done("list")).toContain("chatty");
});
