import { existsSync } from "node:fs";
import { extname, resolve } from "node:path";
import type { ProcessTemplate } from "../../template/process-template.js";
import { type Exporting, type Fate, nearAs } from "../export-rule.js";
import { inShell, programOf, sayInterpreter } from "../exported-program.js";
import type { App } from "./app.js";

/** What is run, in the words of PM2. */
export function putProgram({ template, out }: Exporting<App>): Fate | undefined {
  const { program, args } = template;
  const { file, args: words } = programOf(template);
  const why = whyInShell(template);
  if (why !== undefined) {
    const [script, ...given] = inShell([file, ...words]);
    Object.assign(out, { script, interpreter: "none", args: given });
    return nearAs(why);
  }
  const isScript = program.kind === "script";
  out["script"] = isScript ? program.script : file;
  if (!isScript) out["interpreter"] = "none";
  else if (!isChosenAlike(template)) out["interpreter"] = interpreterOf(template);
  const given = isScript ? args : words;
  if (given.length > 0) out["args"] = given;
  return undefined;
}

/** What there is to say of a script. */
export function sayScript({ template }: Exporting<App>): Fate | undefined {
  const why = whyInShell(template);
  const isLoaded = why === undefined && interpreterOf(template).endsWith("node");
  const notes = [
    sayInterpreter({ template })?.note,
    why,
    isLoaded ? "a program of PM2 loads it: its own path is not in process.argv[1]" : undefined,
    why === undefined && isPython(template) && isChosenAlike(template) ? "by python, where PM2 finds one" : undefined,
  ].filter((note) => note !== undefined);
  return notes.length === 0 ? undefined : nearAs(notes.join("; "));
}

/** Why PM2 would not run it so; undefined where it does. A shell finds a program as drover does. */
export function whyInShell(template: ProcessTemplate): string | undefined {
  const { program, env, cwd } = template;
  const { file } = programOf(template);
  const isScript = program.kind === "script";
  // PM2 gives a name with a blank to bash as a line, without arguments, and has a meaning of its own for `serve`.
  const name = isScript && !program.script.includes(" ") ? program.script : file;
  if (name.includes(" ") || name === "serve") return "run by /bin/sh, as PM2 does not run such a name";
  if (file.includes("/")) return undefined;
  if (env["PATH"] !== undefined) return "run by /bin/sh, as PM2 looks along a PATH of its own";
  const isMistaken = !isScript && existsSync(resolve(cwd, file));
  return isMistaken ? `run by /bin/sh, as PM2 would take ${resolve(cwd, file)}` : undefined;
}

/** The suffixes that both run by the same program, or PM2 by one of another name. */
function isChosenAlike(template: ProcessTemplate): boolean {
  const { program } = template;
  if (program.kind !== "script" || program.interpreter !== "auto") return false;
  return extname(program.script) === ".js" || isPython(template);
}

function isPython(template: ProcessTemplate): boolean {
  const { program } = template;
  return program.kind === "script" && extname(program.script) === ".py" && programOf(template).file === "python3";
}

function interpreterOf(template: ProcessTemplate): string {
  const { program, args } = template;
  const resolved = programOf(template);
  // A script that is executed itself has no word before its arguments.
  const isItself = program.kind === "script" && program.interpreter === "auto" && resolved.args.length === args.length;
  return isItself ? "none" : resolved.file;
}
