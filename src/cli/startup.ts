import { fileURLToPath } from "node:url";
import { exitCode } from "./exit-code.js";
import { describeUnit } from "./systemd-unit.js";
import type { Terminal } from "./terminal.js";

export interface StartupFlags {
  readonly templateDir: string;
  readonly stateDir: string;
  readonly user?: boolean;
}

/** Prints what makes systemd run `drover up`; gives the exit code. */
export function runStartup(flags: StartupFlags, terminal: Terminal): number {
  const { templateDir, stateDir, user: isUser = false } = flags;
  const main = fileURLToPath(new URL("./main.js", import.meta.url));
  const path = process.env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin";
  const unit = describeUnit({ node: process.execPath, main, cwd: process.cwd(), templateDir, stateDir, path, isUser });
  terminal.out(unit.trimEnd());
  return exitCode.done;
}
