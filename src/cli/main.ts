#!/usr/bin/env node
import { CommanderError } from "commander";
import { ProcessError } from "../errors.js";
import { exitCode, exitCodeOf } from "./exit-code.js";
import { createProgram } from "./program.js";
import { openTerminal } from "./terminal.js";

const terminal = openTerminal();
process.exitCode = exitCode.done;
const program = createProgram(terminal, (code) => {
  process.exitCode = code;
});

try {
  await program.parseAsync();
} catch (reason) {
  process.exitCode = reason instanceof CommanderError ? usageExitCode(reason) : report(reason);
}

/** Commander has printed its message already; help and version are no errors. */
function usageExitCode(error: CommanderError): number {
  return error.exitCode === 0 ? exitCode.done : exitCode.usage;
}

function report(reason: unknown): number {
  const error = ProcessError.from(reason);
  terminal.err(`${terminal.style("red", "error:")} ${error.message}`);
  return exitCodeOf(error.code);
}
