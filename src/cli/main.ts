#!/usr/bin/env node
import { CommanderError } from "commander";
import { ProcessError } from "../errors.js";
import { exitCode, exitCodeOf } from "./exit-code.js";
import { createProgram } from "./program.js";
import { openTerminal } from "./terminal.js";

const terminal = openTerminal({ isDebugging });
process.exitCode = exitCode.done;
const program = createProgram(terminal, (code) => {
  process.exitCode = code;
});

try {
  await program.parseAsync();
} catch (reason) {
  process.exitCode = reason instanceof CommanderError ? usageExitCode(reason) : report(reason);
}

function isDebugging(): boolean {
  return program.opts<{ debug?: boolean }>().debug === true || !["", "0"].includes(process.env["DROVER_DEBUG"] ?? "");
}

/** Commander has printed its message already; help and version are no errors. */
function usageExitCode(error: CommanderError): number {
  if (error.exitCode === 0) return exitCode.done;
  if (isDebugging()) terminal.err(error.stack ?? "");
  return exitCode.usage;
}

function report(reason: unknown): number {
  terminal.fail(reason);
  return exitCodeOf(ProcessError.from(reason).code);
}
