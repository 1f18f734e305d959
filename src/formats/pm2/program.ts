import { extname, resolve } from "node:path";
import type { PathPart } from "../../template/problem.js";
import type { EntryContext } from "../format.js";
import { wordOf } from "../kind.js";
import { templateName } from "../template-name.js";
import { wordsOf } from "../words-of.js";

/** PM2 runs a file with what its name asks for, and looks other names up on PATH. */
export function completeProgram(context: EntryContext): void {
  const { draft, entry, entryPath } = context;
  const field = fieldOf(entry);
  const script = entry[field];
  if (script === undefined) draft.complain(entryPath, { message: "has no script", expected: "a file, or a program" });
  if (typeof script !== "string") return;
  const at = [...entryPath, field];
  setProgram(context, script, at);
  if (draft.has("name")) return;
  const name = isLine(script) ? templateName(script).name : script.replace(/^.*\//, "").replace(/\.\w+$/, "");
  draft.set("name", name, at);
}

/** Which of its names for a program an app has. */
const fieldOf = (entry: Record<string, unknown>): string =>
  ["script", "exec", "cmd", "command"].find((name) => entry[name] !== undefined) ?? "script";

/** Whether an app is a line for bash, which gets nothing else. */
export function hasLine(entry: Record<string, unknown>): boolean {
  const script = entry[fieldOf(entry)];
  return typeof script === "string" && isLine(script);
}

const isLine = (script: string): boolean => script.includes(" ");

/** Whether it is a program that PM2 finds on PATH, as there is no such file. */
export function isOnPath({ entry, scope }: Pick<EntryContext, "entry" | "scope">): boolean {
  const script = entry[fieldOf(entry)];
  return (
    typeof script === "string" &&
    !script.includes("/") &&
    extname(script) === "" &&
    !scope.exists(fileOf(script, { entry, scope }))
  );
}

export function isRunByItself(entry: Record<string, unknown>): boolean {
  return interpreterOf(entry) === "none";
}

function fileOf(script: string, { entry, scope }: Pick<EntryContext, "entry" | "scope">): string {
  return resolve(scope.directory, wordOf(entry["cwd"]), script);
}

function setProgram(context: EntryContext, script: string, at: readonly PathPart[]): void {
  const { draft, entry } = context;
  if (isLine(script)) {
    draft.set("command", "bash", at);
    draft.set("args", ["-c", script], at);
  } else if (isRunByItself(entry) || isOnPath(context)) draft.set("command", script, at);
  else setScript(context, script, at);
}

function setScript(context: EntryContext, script: string, at: readonly PathPart[]): void {
  const { draft, entry } = context;
  const interpreter = interpreterOf(entry) ?? interpreterFor(fileOf(script, context), context);
  const before = ["interpreter_args", "node_args"].flatMap((name) => wordsOrNone(entry[name]));
  if (before.length > 0) {
    draft.set("command", interpreter ?? "node", at);
    draft.set("args", [...before, script, ...wordsOrNone(draft.get("args"))], at);
  } else {
    draft.set("script", script, at);
    if (interpreter !== undefined) draft.set("interpreter", interpreter, at);
  }
  if (interpreter?.includes("python") ?? extname(script) === ".py") setUnbuffered(draft, at);
}

/** As PM2 does, so that what a program in Python writes is seen at once. */
function setUnbuffered(draft: EntryContext["draft"], at: readonly PathPart[]): void {
  draft.set("env", { PYTHONUNBUFFERED: "1", ...(draft.get("env") as Record<string, string> | undefined) }, at);
}

/** Files that drover has an interpreter for by itself. */
const ownNames = new Set([".js", ".mjs", ".cjs", ".ts", ".tsx", ".py"]);

const interpreters: Readonly<Record<string, string>> = {
  ".sh": "bash",
  ".rb": "ruby",
  ".php": "php",
  ".pl": "perl",
  ".coffee": "coffee",
  ".ls": "lsc",
};

/** PM2 has Node run any other file that is a text. */
function interpreterFor(file: string, { scope }: EntryContext): string | undefined {
  const extension = extname(file);
  if (ownNames.has(extension)) return undefined;
  const isText = (text: string | undefined): boolean => text !== undefined && !text.includes("\0");
  return interpreters[extension] ?? (isText(scope.readFile(file)) ? "node" : undefined);
}

function interpreterOf(entry: Record<string, unknown>): string | undefined {
  const given = entry["interpreter"] ?? entry["exec_interpreter"];
  return typeof given === "string" ? given : undefined;
}

function wordsOrNone(value: unknown): readonly string[] {
  const words = value === undefined ? [] : wordsOf(value);
  return "message" in words ? [] : words;
}
