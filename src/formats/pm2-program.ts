import { extname } from "node:path";
import type { EntryContext } from "./format.js";
import { wordsOf } from "./words-of.js";

/** PM2 runs a file with what its name asks for, and looks other names up on PATH. */
export function completeProgram({ draft, entry, entryPath }: EntryContext): void {
  const { script } = entry;
  if (typeof script !== "string") return;
  const at = [...entryPath, "script"];
  const interpreter = interpreterOf(entry);
  const before = [entry["interpreter_args"], entry["node_args"]].flatMap(wordsOrNone);
  const isOnPath = interpreter === undefined && !script.includes("/") && extname(script) === "";
  if (interpreter === "none" || isOnPath) draft.set("command", script, at);
  else if (before.length > 0) {
    draft.set("command", interpreter ?? "node", at);
    draft.set("args", [...before, script, ...wordsOrNone(draft.get("args"))], at);
  } else {
    draft.set("script", script, at);
    if (interpreter !== undefined) draft.set("interpreter", interpreter, at);
  }
  if (!draft.has("name")) draft.set("name", script.replace(/^.*\//, "").replace(/\.\w+$/, ""), at);
}

function interpreterOf(entry: Record<string, unknown>): string | undefined {
  const given = entry["interpreter"] ?? entry["exec_interpreter"];
  return typeof given === "string" ? given : undefined;
}

function wordsOrNone(value: unknown): readonly string[] {
  const words = value === undefined ? [] : wordsOf(value);
  return "message" in words ? [] : words;
}
