import { resolve } from "node:path";
import type { ExportedVariable } from "../exported-env.js";
import { quoteShellWord } from "../shell-words.js";

/** A text as process-compose reads it back: it fills in variables in the whole file, and templates in many fields. */
export function plainText(text: string): string {
  return escapeDollars(text).replaceAll("{{", "{{`{{`}}");
}

/** The same for a field in which no templates are filled in. */
export function escapeDollars(text: string): string {
  return text.replaceAll("$", "$$$$");
}

/** `NAME=value` with the references that process-compose has, too; else why it has not. */
export function variableLine({ name, parts, fault }: ExportedVariable): string | { readonly why: string } {
  if (fault !== undefined) return { why: fault };
  const texts: string[] = [];
  for (const part of parts) {
    if (typeof part === "string") {
      texts.push(plainText(part));
      continue;
    }
    const operand = part.operand.join("");
    const isPlain = part.operand.every((each) => typeof each === "string") && /^[\w ./:@,+-]*$/.test(operand);
    if (part.operator === ":?") return { why: `process-compose cannot ask for ${part.name} with a message` };
    if (!isPlain) return { why: `the default of ${part.name} is more than a plain text` };
    texts.push(operand === "" ? `\${${part.name}}` : `\${${part.name}:-${operand}}`);
  }
  return `${name}=${texts.join("")}`;
}

/** A command line for the shell of process-compose; what is run by bash anyway is given to it as it is. */
export function shellLine([program = "", ...args]: readonly string[]): string {
  const [flag, line, ...others] = args;
  if (program === "bash" && flag === "-c" && line !== undefined && others.length === 0) return line;
  return [program, ...args].map(quoteShellWord).join(" ");
}

/** The path of a file: process-compose begins some of its paths where it was started, not in the directory of the process. */
export function absolutePath(cwd: string, path: string): string {
  return plainText(resolve(cwd, path));
}
