import type { Fence } from "./markdown.js";

/**
 * What a test does with a fence.
 * `run-ts`, `run-sh`: executed, must end by itself with exit code 0. `check-ts`: type-checked only. `template`: must be a valid
 * template. `file`: written for the later fences of the page. `commands`: the two commands of the README, run by `.ci/run`.
 * `output`: text for people, not run.
 */
export type FenceKind = "run-ts" | "check-ts" | "run-sh" | "template" | "file" | "commands" | "output";

const kinds: Readonly<Record<string, FenceKind>> = {
  "ts run": "run-ts",
  "ts check": "check-ts",
  "sh run": "run-sh",
  "sh ci": "commands",
  "json template": "template",
  "yaml template": "template",
  "textproto template": "template",
  text: "output",
};

/** The kind of a fence. Throws for one that no test would look at. */
export function kindOf({ language, tags }: Fence): FenceKind {
  if (fileOf({ tags }) !== undefined && !tags.includes("template")) return "file";
  const key = [language, ...tags.filter((tag) => !tag.startsWith("file="))].join(" ");
  const kind = kinds[key];
  if (kind !== undefined) return kind;
  throw new Error(`no test looks at a fence "${key}"; expected one of: ${Object.keys(kinds).join(", ")}, or file=NAME`);
}

/** Where a fence tagged `file=NAME` is written, in the directory that the fences of a page share. */
export function fileOf({ tags }: Pick<Fence, "tags">): string | undefined {
  return tags.find((tag) => tag.startsWith("file="))?.slice("file=".length);
}
