import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const src = fileURLToPath(new URL("../../src", import.meta.url));

/** Writes parts of src as JavaScript for a program of its own, which is then as new as the test. */
export function transpile(parts: readonly string[], directory: string): void {
  for (const part of parts) {
    const names = part.endsWith(".ts") ? [part] : readdirSync(join(src, part)).map((name) => join(part, name));
    for (const name of names) {
      const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
      const { outputText } = ts.transpileModule(readFileSync(join(src, name), "utf8"), { compilerOptions });
      const path = join(directory, name.replace(/\.ts$/, ".js"));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, outputText);
    }
  }
  writeFileSync(join(directory, "package.json"), '{ "type": "module" }');
  symlinkSync(join(src, "..", "node_modules"), join(directory, "node_modules"));
}
