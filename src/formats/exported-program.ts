import { existsSync } from "node:fs";
import { type ResolvedProgram, resolveProgram } from "../template/interpreter.js";
import type { ProcessTemplate } from "../template/process-template.js";
import { type ExportRule, type Fate, kept, nearAs, type WriteField } from "./export-rule.js";

/** What is executed for a template on this machine, as of now. */
export function programOf(template: ProcessTemplate): ResolvedProgram {
  return resolveProgram(template, { exists: existsSync });
}

/** The same words through a shell, which finds the program and gives its place to it. */
export function inShell(words: readonly string[]): readonly [string, ...string[]] {
  return ["/bin/sh", "-c", 'exec "$0" "$@"', ...words];
}

/** The fields that say what is run, for a system that takes words: the first of them writes the command, and says what there is to say of it. */
export function programRules<Target>(
  to: { readonly command: string; readonly args: string },
  write: WriteField<Target>,
  sayScript: WriteField<Target> = sayInterpreter,
): readonly ExportRule<Target>[] {
  return [
    kept("command", to.command, write, "the words as they are"),
    kept("script", to.command, sayScript, "run by its interpreter, as drover finds it when it is exported"),
    kept("interpreter", to.command, sayInterpreter, "as drover finds it when it is exported"),
    kept("shell", to.command, undefined, "/bin/sh -c"),
    kept("args", to.args),
  ];
}

/** Which program runs a script, where it was found by itself. */
export function sayInterpreter({ template }: { readonly template: ProcessTemplate }): Fate | undefined {
  const { program } = template;
  if (program.kind !== "script" || program.interpreter !== "auto") return undefined;
  return nearAs(`run by ${programOf(template).file}, as is right now`);
}
