import { isComplaint } from "../../template/complaint.js";
import { dropped } from "../apply.js";
import type { Found, Verdict } from "../format.js";
import { readKind, wordOf } from "../kind.js";

const logFields = ["logs.stdout", "logs.stderr"] as const;

export function setLog(found: Found): Verdict | undefined {
  const { draft, value, path } = found;
  if (typeof value === "boolean") return dropped("what is written is always kept");
  const read = readKind("text", value);
  if (isComplaint(read)) return void draft.complain(path, read);
  const file = pathOf(found);
  draft.set(logFields[String(path.at(-1)).startsWith("o") ? 0 : 1], file, path);
  return hasNumber(found) && file.endsWith(".log") ? numbered(file, "one file for all instances; ") : undefined;
}

export function setPidFile(found: Found): Verdict {
  const file = pathOf(found);
  found.draft.set("pidFile", file, found.path);
  return numbered(file, "");
}

/** PM2 puts the number of the process into the name of the file. */
function numbered(file: string, before: string): Verdict {
  const theirs = file.replace(/(?:-\d+)?(\.\w+)?$/, "-0$1").replace(/^.*\//, "");
  return { outcome: "approximated", note: `${before}PM2 itself writes ${theirs}, by the number of the process` };
}

function hasNumber({ entry }: Found): boolean {
  if (entry["merge_logs"] === true || entry["combine_logs"] === true) return false;
  return entry["instances"] !== undefined || wordOf(entry["exec_mode"]).startsWith("cluster");
}

function pathOf({ value, scope }: Found): string {
  const text = wordOf(value);
  if (text === "NULL") return "/dev/null";
  return text.startsWith("~") ? `${scope.home}${text.slice(1).replace(/^(?!\/|$)/, "/")}` : text;
}
