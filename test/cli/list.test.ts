import { spawn } from "node:child_process";
import { once } from "node:events";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import type { ProcessInfo } from "../../src/api/process-info.js";
import { describeTable } from "../../src/cli/list-table.js";
import { Screen } from "../../src/cli/screen.js";
import { cutLine, type Terminal } from "../../src/cli/terminal.js";
import { cli, daemon, type Place, shell, sleeper, startDaemon } from "./daemon.js";

describe("drover list", () => {
  test("takes names, templates, patterns and a group, and exits with 3 for what means none", async () => {
    const here = await daemon(
      { name: "web", ...sleeper, group: "front", instances: 2 },
      { name: "worker", ...sleeper, group: "back" },
      { name: "web-admin", ...sleeper, group: "back" },
    );
    const names = async (...args: readonly string[]): Promise<readonly string[]> =>
      (await here.done("list", ...args))
        .split("\n")
        .flatMap((line) => /^[a-z][\w-]*/.exec(line) ?? [])
        .sort();
    expect(await names()).toEqual(["web-1", "web-2", "web-admin", "worker"]);
    expect(await names("web")).toEqual(["web-1", "web-2"]);
    expect(await names("w?b-*", "--group", "back")).toEqual(["web-admin"]);
    expect(await names("worker", "web-1")).toEqual(["web-1", "worker"]);
    const unknown = await here.drover("list", "web", "nope", "x*");
    expect(unknown).toMatchObject({ status: 3, stdout: "" });
    expect(unknown.stderr).toBe('error: no process is named or matches "nope", "x*"; `drover list` shows them all\n');
    expect(await here.drover("ps", "list", "--group", "none")).toMatchObject({ status: 3 });
  });
});

/** A `drover list --watch` whose output is collected. */
function watch({ path }: Place, ...args: readonly string[]) {
  const child = spawn(process.execPath, [cli, "list", "--watch", ...args], { cwd: path });
  const ended = once(child, "close");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const told = { out: "", err: "" };
  child.stdout.on("data", (text: Buffer) => {
    told.out += text.toString();
  });
  child.stderr.on("data", (text: Buffer) => {
    told.err += text.toString();
  });
  return { child, ended, told };
}

const wait = { timeout: 15_000 };

describe("drover list --watch", () => {
  test("without a terminal prints a new table when a process has changed, across managers, until Ctrl-C", async () => {
    const here = await daemon({ name: "web", ...sleeper }, { name: "other", ...shell("exit 3") });
    const { child, ended, told } = watch(here, "web");
    await expect.poll(() => told.out, wait).toMatch(/^NAME .*\nweb +initial .*\n$/);
    await here.drover("start", "other");
    await here.done("start", "web");
    await expect.poll(() => told.out, wait).toMatch(/web +initial .*\n\nNAME .*\nweb +(sleeping|running) +\d+ /);
    await here.done("down");
    await expect.poll(() => told.err, wait).toBe("the manager has gone; waiting for the next one\n");
    await startDaemon(here);
    await expect.poll(() => told.err, wait).toContain("connected to a manager again\n");
    await expect.poll(() => told.out, wait).toMatch(/\n\nNAME .*\nweb +initial [^\n]*\n$/);
    expect(told.out).not.toMatch(/other/);
    // The state and the PID come one after the other; nothing else makes a table.
    expect(told.out.match(/NAME/g)?.length).toBeLessThanOrEqual(6);
    child.kill("SIGINT");
    expect(await ended).toEqual([0, null]);
  });

  test("with --json prints a document a line, also when only time goes by", async () => {
    const here = await daemon({ name: "web", ...sleeper, runOnStartup: true });
    const { child, ended, told } = watch(here, "--json");
    await expect.poll(() => told.out.split("\n").length, wait).toBeGreaterThan(3);
    const documents = told.out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { processes: readonly ProcessInfo[] });
    expect(documents[0]?.processes[0]).toMatchObject({ name: "web", isRunning: true });
    child.kill("SIGINT");
    expect(await ended).toEqual([0, null]);
    expect(told.err).toBe("");
  });

  test("ends with exit code 0 also when one Ctrl-C arrives twice", async () => {
    const here = await daemon({ name: "web", ...sleeper });
    const { child, ended, told } = watch(here);
    await expect.poll(() => told.out, wait).toMatch(/\nweb /);
    child.kill("SIGINT");
    // Both at once would be one signal; the second must find the program on its way out.
    const again = setInterval(() => child.kill("SIGINT"), 5);
    expect(await ended).toEqual([0, null]);
    clearInterval(again);
    expect(told.err).toBe("");
  });

  test("is refused where there is no manager to begin with", async () => {
    const here = await daemon();
    expect(await here.drover("list", "-w", "--state-dir", "none")).toMatchObject({ status: 4, stdout: "" });
  });
});

/** A terminal of some size that keeps what is written to it. */
function terminalOf(width: number, height = 24) {
  const written: string[] = [];
  const style = (_style: unknown, text: string): string => `\u001B[32m${text}\u001B[39m`;
  const terminal = { width, height, style, outPart: (text: string) => written.push(text) } as unknown as Terminal;
  return { terminal, written };
}

describe("a table", () => {
  const info = {
    ...{ name: "a-long-name-of-a-process", state: "sleeping", pid: 12345, uptime: 60_000, restartCount: 0, cpu: 1 },
    ...{ memory: 1e6, health: "healthy", group: "backend", isRunning: true, enabled: true, desired: "up" },
    ...{ supervision: "none", reason: "", lastError: "", schedule: null, exit: null },
  } as unknown as ProcessInfo;
  const titlesAt = (width: number): string => describeTable([info], terminalOf(width).terminal)[0] ?? "";

  test("that does not fit loses its least important columns first, and its names last", () => {
    expect(titlesAt(120)).toMatch(/^NAME +STATE +PID +UPTIME +RESTARTS +CPU +MEMORY +HEALTH +GROUP +NOTE$/);
    expect(titlesAt(85)).toMatch(/^NAME +STATE +PID +UPTIME +CPU +MEMORY +HEALTH +NOTE$/);
    expect(titlesAt(50)).toMatch(/^NAME +STATE +PID +NOTE$/);
    for (const width of [120, 85, 60, 50]) {
      const lines = describeTable([info], terminalOf(width).terminal).map(stripVTControlCharacters);
      expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(width);
      expect(lines[1]).toContain("a-long-name-of-a-process  sleeping");
    }
  });

  test("keeps its colours when it is cut", () => {
    expect(cutLine("ab \u001B[32mgreen\u001B[39m and more", 6)).toBe("ab \u001B[32mgr\u001B[39m…");
  });
});

describe("a screen", () => {
  test("writes its lines in their place, and those that do not fit not at all", () => {
    const { terminal, written } = terminalOf(10, 4);
    const screen = new Screen(terminal);
    screen.draw(["one", "a line that is long"]);
    screen.draw(["1", "2", "3", "4", "5"]);
    const line = "\r\u001B[2K";
    expect(written[0]).toBe(`${line}one\n${line}a line th…\n\u001B[J`);
    expect(written[1]).toBe(`\u001B[2A${line}1\n${line}2\n${line}… and 3 m…\n\u001B[J`);
  });

  test("of another size begins anew", () => {
    const { terminal, written } = terminalOf(10);
    const screen = new Screen(terminal);
    screen.draw(["one"]);
    (terminal as { width: number }).width = 20;
    screen.draw(["one"]);
    expect(written[1]?.startsWith("\u001B[2J\u001B[H")).toBe(true);
  });
});
