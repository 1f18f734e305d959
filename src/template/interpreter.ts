import { extname, resolve } from "node:path";
import type { ProcessTemplate, Program } from "./process-template.js";

export interface ProgramContext {
  /** Whether there is a file at an absolute path. */
  readonly exists: (path: string) => boolean;
  /** The environment of the run, for adapters that look programs up themselves; the rules here do not depend on it. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What is executed: a path, or a name that is looked up on PATH, and the arguments after it. */
export interface ResolvedProgram {
  readonly file: string;
  readonly args: string[];
}

type ScriptProgram = Extract<Program, { kind: "script" }>;
type Template = Pick<ProcessTemplate, "program" | "args" | "cwd">;

/** What to execute for a template. Asked anew at each start, as a virtual environment may have been made in between. */
export function resolveProgram(template: Template, context: ProgramContext): ResolvedProgram {
  const { program, args } = template;
  if (program.kind === "script") return resolveScript(program, template, context);
  if (!program.shell) return { file: program.command, args: [...args] };
  // The shell gets the arguments as its own, so that none of them is split or expanded again.
  const line = args.length === 0 ? program.command : `${program.command} "$@"`;
  return { file: "/bin/sh", args: ["-c", line, ...(args.length === 0 ? [] : ["sh", ...args])] };
}

function resolveScript(program: ScriptProgram, { args, cwd }: Template, context: ProgramContext): ResolvedProgram {
  const { script, interpreter } = program;
  const file = interpreter === "auto" ? chooseInterpreter(script, cwd, context) : interpreter;
  // A bare name would be looked up on PATH instead of in the working directory.
  return file === undefined ? { file: resolve(cwd, script), args: [...args] } : { file, args: [script, ...args] };
}

/** Candidates in the working directory, the first that exists, else the name on PATH. */
const interpreters: Readonly<Record<string, { readonly local: readonly string[]; readonly fallback: string }>> = {
  ".py": { local: [".venv/bin/python", "venv/bin/python"], fallback: "python3" },
  ".js": { local: [], fallback: "node" },
  ".mjs": { local: [], fallback: "node" },
  ".cjs": { local: [], fallback: "node" },
  ".ts": { local: ["node_modules/.bin/tsx", "node_modules/.bin/ts-node"], fallback: "node" },
};

function chooseInterpreter(script: string, cwd: string, { exists }: ProgramContext): string | undefined {
  const rule = interpreters[extname(script).toLowerCase()];
  if (rule === undefined) return undefined;
  return rule.local.map((path) => resolve(cwd, path)).find(exists) ?? rule.fallback;
}
