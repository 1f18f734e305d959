import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import type { WatchedDir } from "./watched-dir.js";

const repo = fileURLToPath(new URL("../..", import.meta.url));

/** Whether limits of the kernel can be lowered for a program alone. */
export const canUnshare = spawnSync("unshare", ["-Urm", "true"]).status === 0;

/** Translates the sources into `program/` of the directory, for a Node.js that knows no TypeScript. */
function translateSources(dir: WatchedDir): string {
  const program = dir.at("program");
  mkdirSync(join(program, "reload"), { recursive: true });
  symlinkSync(join(repo, "node_modules"), join(program, "node_modules"));
  writeFileSync(join(program, "package.json"), '{ "type": "module" }');
  const sources = readdirSync(join(repo, "src/reload")).map((name) => `reload/${name}`);
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  for (const source of ["errors.ts", ...sources]) {
    const { outputText } = ts.transpileModule(readFileSync(join(repo, "src", source), "utf8"), { compilerOptions });
    writeFileSync(join(program, source.replace(/\.ts$/, ".js")), outputText);
  }
  return program;
}

/** What a program prints that watches, once it has ended by itself; `through` is a command that starts it. */
export async function outputOf(dir: WatchedDir, body: string, through: readonly string[] = []): Promise<string[]> {
  const file = join(translateSources(dir), "main.js");
  const imports = [
    'import { asyncScheduler } from "rxjs";',
    'import { mkdirSync, writeFileSync } from "node:fs";',
    'import { watchFiles } from "./reload/watch-files.js";',
  ];
  writeFileSync(file, [...imports, body].join("\n"));
  const [command = process.execPath, ...args] = [...through, process.execPath, file];
  const child = spawn(command, args, { cwd: dir.path, stdio: ["ignore", "pipe", "inherit"], timeout: 15_000 });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  return [...output.split("\n").filter((line) => line !== ""), `exit ${String(code)}`];
}
