import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
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

/** Runs a TypeScript example as it is, with stand-ins for what it imports; gives what the stand-ins were called with. */
export async function evaluate(code: string, globals: Readonly<Record<string, unknown>>): Promise<void> {
  const withoutImports = code.replace(/^import .*$/gm, "").replace("export default ", "");
  const { outputText } = ts.transpileModule(withoutImports, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  const AsyncFunction = (async () => undefined).constructor as new (
    ...text: string[]
  ) => (...values: unknown[]) => Promise<void>;
  await new AsyncFunction(...Object.keys(globals), outputText)(...Object.values(globals));
}
