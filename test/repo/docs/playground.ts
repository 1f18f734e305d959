import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { type Outcome, root, run } from "../run.js";
import { tempDir } from "../temp-dir.js";

/** A directory where a reader of the docs would try what they read: drover installed, a copy of templates/. */
export interface Playground extends Disposable {
  readonly path: string;
  /** Writes a file, with the directories it needs; gives its path. */
  write(name: string, content: string): string;
  /** Transpiles and runs a program. */
  runTypeScript(code: string): Promise<Outcome>;
  /** Runs a bash script that stops at the first failing command; `drover` is on its PATH. */
  runShell(code: string): Promise<Outcome>;
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
}

export function createPlayground(): Playground {
  const main = join(root, "dist/cli/main.js");
  if (!existsSync(main)) throw new Error("dist/cli/main.js is missing: run npm run build first");
  const dir = tempDir();
  const at = (name: string) => join(dir.path, name);
  const write = (name: string, content: string) => {
    mkdirSync(dirname(at(name)), { recursive: true });
    writeFileSync(at(name), content);
    return at(name);
  };
  install(dir.path);
  chmodSync(write("bin/drover", `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`), 0o755);
  write("package.json", '{ "type": "module" }\n');
  if (existsSync(join(root, "templates"))) cpSync(join(root, "templates"), at("templates"), { recursive: true });

  const env = { PATH: `${at("bin")}:${dirname(process.execPath)}:${process.env["PATH"] ?? ""}` };
  return {
    path: dir.path,
    write,
    runTypeScript: (code) => run(process.execPath, [write("program.js", transpile(code))], { cwd: dir.path, env }),
    runShell: (code) => run("bash", ["-euo", "pipefail", "-c", code], { cwd: dir.path, env }),
    [Symbol.dispose]: () => dir[Symbol.dispose](),
  };
}

function transpile(code: string): string {
  const compilerOptions = { module: ts.ModuleKind.ES2022, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true };
  return ts.transpileModule(code, { compilerOptions }).outputText;
}

/** Makes drover itself and what it depends on resolvable, as after `npm install drover`. */
function install(dir: string): void {
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
  mkdirSync(join(dir, "node_modules"));
  symlinkSync(root, join(dir, "node_modules/drover"));
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(dir, "node_modules", name)), { recursive: true });
    symlinkSync(join(root, "node_modules", name), join(dir, "node_modules", name));
  }
}
