import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { expect, test } from "vitest";
import { psCommand } from "../../src/cli/index.js";
import { type Outcome, root, run } from "../repo/run.js";
import { daemon, type Place, place, sleeper } from "./daemon.js";

/** Runs a host program with a copy of commander of its own; gives what it says last, too. */
async function host({ path }: Place, ...args: readonly string[]): Promise<Outcome> {
  const modules = join(path, "node_modules");
  mkdirSync(modules, { recursive: true });
  cpSync(join(root, "node_modules/commander"), join(modules, "commander"), { recursive: true });
  try {
    symlinkSync(root, join(modules, "drover"));
  } catch {
    // It is there already.
  }
  const program = `
    import { Command } from "commander";
    import { psCommand } from "drover/cli";
    const program = new Command("shop").option("--verbose").exitOverride(() => process.stderr.write("EXIT\\n"));
    program.addCommand(psCommand());
    const listeners = () => [process, process.stdout, process.stderr].flatMap((one) => one.eventNames().map((name) => one.listenerCount(name)));
    const before = listeners();
    const exit = process.exit;
    process.exit = (code) => { process.stderr.write("EXIT\\n"); exit(code); };
    await program.parseAsync();
    const after = listeners();
    process.exit = exit;
    console.log(JSON.stringify({ code: process.exitCode ?? null, isUntouched: String(after) === String(before) }));
    process.exitCode = 0;`;
  writeFileSync(join(path, "host.mjs"), program);
  return await run(process.execPath, ["host.mjs", ...args], { cwd: path });
}

function lastLine({ stdout }: Outcome): unknown {
  return JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
}

test("the commands work in a program with another copy of commander, which goes on after each", async () => {
  const here = await daemon({ name: "web", ...sleeper }, { name: "worker", ...sleeper });
  const started = await host(here, "--verbose", "ps", "start", "web");
  expect(started.stdout).toMatch(/^started web \(pid \d+\)\n/);
  expect(lastLine(started)).toEqual({ code: 0, isUntouched: true });
  const listed = await host(here, "ps", "ls", "w*");
  expect(listed.stdout).toMatch(/\nweb +\w+ +\d+ .*\nworker +initial /);
  expect(await host(here, "ps", "status", "nobody")).toMatchObject({
    status: 0,
    stdout: '{"code":3,"isUntouched":true}\n',
    stderr: 'error: there is no process named "nobody"\n',
  });
});

test("wrong use, help and an absent manager do not end the program either", async () => {
  const here = place();
  const told = async (...args: readonly string[]): Promise<unknown[]> => {
    const outcome = await host(here, ...args);
    expect(outcome.stderr).not.toContain("EXIT");
    return [(lastLine(outcome) as { code: number }).code, outcome.stdout.split("\n")[0], outcome.stderr];
  };
  const code = (value: number): string => `{"code":${value},"isUntouched":true}`;
  expect(await told("ps", "lst")).toEqual([
    ...[2, code(2)],
    "error: unknown command 'lst' (Did you mean one of list, ls?); `shop ps --help` shows what there is\n",
  ]);
  expect(await told("ps", "list", "--nope")).toEqual([
    ...[2, code(2), "error: unknown option '--nope'; `shop ps list --help` shows what there is\n"],
  ]);
  expect(await told("ps", "list")).toEqual([4, code(4), expect.stringMatching(/^error: no manager runs: /)]);
  expect(await told("ps", "stop", "--help")).toEqual([0, "Usage: shop ps stop [options] [name...]", ""]);
  expect(await told("help", "ps")).toEqual([null, "Usage: shop ps [options] [command]", ""]);
  expect(await told("ps", "help", "stop")).toEqual([0, "Usage: shop ps stop [options] [name...]", ""]);
  expect(await told("ps")).toEqual([2, code(2), expect.stringMatching(/^Usage: shop ps /)]);
  const help = await host(here, "ps", "stop", "--help");
  expect(help.stdout).toContain("\n  shop ps stop web worker\n");
  expect(help.stdout).not.toContain("drover stop");
  expect((await host(here, "help", "ps")).stdout.match(/^Usage:/gm)).toHaveLength(1);
});

test("the state directory and the name are options", () => {
  const program = new Command("host").addCommand(psCommand({ name: "processes", stateDir: "/var/lib/shop" }));
  const [command] = program.commands;
  expect(command?.name()).toBe("processes");
  const names = command?.commands.map((one) => one.name()) ?? [];
  expect([...names].sort()).toEqual(["list", "logs", "restart", "start", "status", "stop"]);
  for (const one of command?.commands ?? []) expect(one.opts()["stateDir"]).toBe("/var/lib/shop");
  expect(command?.commands[0]?.helpInformation()).toContain('(default: "/var/lib/shop")');
});
