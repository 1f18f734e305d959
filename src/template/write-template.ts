import { existsSync, lstatSync, readFileSync, realpathSync } from "node:fs";
import { resolve, sep } from "node:path";
import { ProcessError } from "../errors.js";
import { decode } from "./decode.js";
import { encode, toJson } from "./encode.js";
import { encodingOf } from "./encoding.js";
import { describeProblem } from "./problem.js";
import type { ProcessTemplate } from "./process-template.js";
import { readTemplate } from "./read-template.js";
import { writeFileAtomically } from "./write-file.js";

/**
 * Writes a template to a file of a template directory, in the encoding of the file's name.
 *
 * @throws ProcessError INVALID_TEMPLATE when the template is not valid, ILLEGAL_STATE when there is something else than this one
 * template in the file; and whatever the file system throws.
 */
export function writeTemplateFile(file: string, template: ProcessTemplate, directory: string): void {
  assertValid(template);
  const isThere = lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  const obstacle = isThere ? obstacleTo(file, template.name, directory) : undefined;
  if (obstacle !== undefined) {
    const message = `the template ${JSON.stringify(template.name)} cannot be written to ${file}: ${obstacle}`;
    throw new ProcessError("ILLEGAL_STATE", `${message}; edit or move that file first`, { process: template.name });
  }
  // A link stays one: what it leads to is replaced.
  const target = isThere ? realpathSync(file) : file;
  writeFileAtomically(target, encode(template, encodingOf(file) ?? "json", { cwd: resolve(directory) }));
}

/** A template object may come from anywhere; only what a file would be accepted for is written into one. */
function assertValid(template: ProcessTemplate): void {
  const read = readTemplate(toJson(template), "file", { cwd: template.cwd });
  if (read.template !== undefined) return;
  const lines = read.problems.map((problem) => `  ${describeProblem(problem)}`);
  const message = `the template ${JSON.stringify(template.name)} is not valid:\n${lines.join("\n")}`;
  throw new ProcessError("INVALID_TEMPLATE", message, { process: template.name });
}

/** Why a file must not be replaced: it is not what a template of this name was read from or written to. */
function obstacleTo(file: string, name: string, directory: string): string | undefined {
  if (!existsSync(file)) return "it is a link that leads nowhere";
  const target = realpathSync(file);
  if (!target.startsWith(realpathSync(directory) + sep)) return "it is a link that leaves the directory";
  if (!lstatSync(target).isFile()) return "it is not a file";
  const { templates, isList } = decode(readFileSync(target), encodingOf(file) ?? "json", { cwd: directory });
  if (isList) return "it holds a list of templates";
  const [held] = templates;
  if (held === undefined) return "it holds no valid template";
  return held.template.name === name ? undefined : `it holds the template ${JSON.stringify(held.template.name)}`;
}
