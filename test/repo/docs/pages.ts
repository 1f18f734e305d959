import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../run.js";

export interface Page {
  /** Path from the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** README.md and every page under docs/. */
export function readPages(): readonly Page[] {
  const inDocs = readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".md"),
  );
  const paths = ["README.md", ...inDocs.sort().map((file) => `docs/${file}`)];
  return paths
    .filter((path) => existsSync(join(root, path)))
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}
