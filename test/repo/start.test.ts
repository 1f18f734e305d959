import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./run.js";
import { tempDir } from "./temp-dir.js";

/** A checkout as a stranger has it after `npm ci`. */
function checkOut(dir: string): void {
  const parts = ["package.json", "tsconfig.json", "tsconfig.build.json", "scripts", "src", "proto", "templates"];
  for (const part of parts) cpSync(join(root, part), join(dir, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(dir, "node_modules"));
}

test("npm start builds, shows the demo processes running, and ends cleanly on Ctrl-C", {
  timeout: 180_000,
}, async () => {
  using dir = tempDir();
  checkOut(dir.path);
  // A process group of its own, as a terminal gives it: Ctrl-C reaches npm and drover, and npm passes it on to drover,
  // which therefore gets it twice within a moment.
  const npm = spawn("npm", ["start"], { cwd: dir.path, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const running = new Promise<void>((resolve) => {
    const read = (text: Buffer) => {
      output += text.toString();
      if (/\brunning\b/.test(output)) resolve();
    };
    npm.stdout.on("data", read);
    npm.stderr.on("data", read);
  });
  const exit = once(npm, "exit");
  await Promise.race([running, exit]);
  if (npm.exitCode === null && npm.pid !== undefined) process.kill(-npm.pid, "SIGINT");
  await exit;
  expect(output).toMatch(/\brunning\b/);
  expect({ code: npm.exitCode, signal: npm.signalCode }, output).toEqual({ code: 0, signal: null });
});
