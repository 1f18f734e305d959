#!/usr/bin/env node
import { CommanderError } from "commander";
import { ProcessError } from "../errors.js";
import { describeFailure } from "../template/read-file.js";
import { exitCode, exitCodeOf } from "./exit-code.js";
import { isDebugging } from "./is-debugging.js";
import { createProgram } from "./program.js";
import { openTerminal } from "./terminal.js";

const terminal = openTerminal({ isDebugging: () => isDebugging(program.opts()) });
process.exitCode = exitCode.done;
const program = createProgram(terminal, (code) => {
  process.exitCode = code;
});

// Who reads and has enough closes the pipe; any other failure has lost results, as a full disk does.
let hasLostResults = false;
process.stdout.on("error", (reason: NodeJS.ErrnoException) => {
  if (reason.code === "EPIPE" || hasLostResults) return;
  hasLostResults = true;
  terminal.fail(new ProcessError("BAD_REQUEST", `cannot write to standard output: ${describeFailure(reason)}`));
});
process.once("exit", () => {
  if (hasLostResults && process.exitCode === exitCode.done) process.exitCode = exitCode.failed;
});

let isOver = false;
// A configuration that waits for what never comes leaves Node nothing to do, and Node ends then.
process.once("exit", () => {
  if (isOver) return;
  terminal.err(
    "error: nothing is left to wait for, and the command is not done; does a configuration file await what never comes?",
  );
  process.exitCode = exitCode.usage;
});

// Left to itself, Node gives signals their default action back some milliseconds before it is gone, and the second of two signals
// for one Ctrl-C would be a death in place of this end.
process.once("beforeExit", () => process.exit());

try {
  await program.parseAsync();
} catch (reason) {
  process.exitCode = reason instanceof CommanderError ? usageExitCode(reason) : report(reason);
}

isOver = true;

/** Commander has printed its message already; help and version are no errors. */
function usageExitCode(error: CommanderError): number {
  if (error.exitCode === 0) return exitCode.done;
  if (isDebugging(program.opts())) terminal.err(error.stack ?? "");
  return exitCode.usage;
}

function report(reason: unknown): number {
  terminal.fail(reason);
  return exitCodeOf(ProcessError.from(reason).code);
}
