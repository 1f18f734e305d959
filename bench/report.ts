import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import type { Row } from "./row.js";
import { tableOf } from "./table.js";

/** Where and when the figures were taken, in one line. `npm run` starts in the root of the repository. */
export function describeMachine(): string {
  const [cpu] = cpus();
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const kernel = `Linux ${release().replace(/-.*/, "")}`;
  const load = (loadavg()[0] ?? 0).toFixed(2);
  const day = new Date().toISOString().slice(0, 10);
  return `${day} · ${cpus().length} × ${cpu?.model.trim()} · ${memory} · ${kernel} · Node ${process.version} · load before ${load}`;
}

const begin = "<!-- written by `npm run bench -- --write` -->";
const end = "<!-- end of what is written -->";

/** Replaces the table in a Markdown page. Throws when the page has no place for it. */
export function writeReport(page: string, machine: string, rows: readonly Row[]): void {
  const text = readFileSync(page, "utf8");
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${page} needs the lines "${begin}" and "${end}"`);
  const written = [begin, "", machine, "", tableOf(rows), "", ""].join("\n");
  writeFileSync(page, text.slice(0, from) + written + text.slice(to));
}
