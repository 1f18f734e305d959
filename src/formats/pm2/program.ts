import { extname } from "node:path";
import type { PathPart } from "../../template/problem.js";
import type { EntryContext } from "../format.js";
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

function setProgram({ draft, entry }: EntryContext, script: string, at: readonly PathPart[]): void {
  if (isLine(script)) {
    draft.set("command", "bash", at);
    draft.set("args", ["-c", script], at);
    return;
  }
  const interpreter = interpreterOf(entry);
  const before = ["interpreter_args", "interpreterArgs", "node_args"].flatMap((name) => wordsOrNone(entry[name]));
  const isOnPath = interpreter === undefined && !script.includes("/") && extname(script) === "";
  if (interpreter === "none" || isOnPath) draft.set("command", script, at);
  else if (before.length > 0) {
    draft.set("command", interpreter ?? "node", at);
    draft.set("args", [...before, script, ...wordsOrNone(draft.get("args"))], at);
  } else {
    draft.set("script", script, at);
    if (interpreter !== undefined) draft.set("interpreter", interpreter, at);
  }
}

function interpreterOf(entry: Record<string, unknown>): string | undefined {
  const given = entry["interpreter"] ?? entry["exec_interpreter"];
  return typeof given === "string" ? given : undefined;
}

function wordsOrNone(value: unknown): readonly string[] {
  const words = value === undefined ? [] : wordsOf(value);
  return "message" in words ? [] : words;
}
