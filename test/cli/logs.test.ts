import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { cli, daemon, shell } from "./daemon.js";

test("drover logs shows the end of a log, and follows it across a restart until it is interrupted", async () => {
  const here = await daemon({ name: "web", ...shell("echo one; echo two; echo problem >&2; exec sleep 1000") });
  await here.done("start", "web");
  await expect
    .poll(async () => (await here.drover("logs", "web")).stdout.split("\n").length, { timeout: 10_000 })
    .toBe(4);
  expect(await here.done("logs", "web", "--stderr")).toBe("problem\n");
  expect(await here.done("ps", "logs", "web", "--stdout", "-n", "1")).toBe("two\n");
  const json = JSON.parse(await here.done("logs", "web", "--stdout", "-n", "1", "--json")) as object;
  expect(json).toMatchObject({ stream: "stdout", line: "two", partial: false });

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
