import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../repo/run.js";

export interface Example {
  readonly language: string;
  readonly code: string;
}

/** The code blocks of a system's own documentation. */
export function examplesOf(system: string): readonly Example[] {
  const text = readFileSync(join(root, `test/formats/fixtures/${system}.md`), "utf8");
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].map(([, language = "", code = ""]) => ({ language, code }));
}
