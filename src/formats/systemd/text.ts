import { inShell } from "../exported-program.js";

/** A backslash at the end would go on with the next line, systemd.syntax(7). */
export function inOneLine(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/[\s\\]+$/, "")
    .trim();
}

/** A command line of a unit. A dollar would begin a variable in an argument; the path of the program has none. */
export function wordsOfCommand([program = "", ...args]: readonly string[]): string {
  if (isPrefixed(program)) return wordsOfCommand(inShell([program, ...args]));
  return [program, ...args.map((word) => word.replaceAll("$", "$$$$"))].map(quoteWord).join(" ");
}

/** Whether a program begins with what systemd takes for a prefix, also in quotes: the table in systemd.service(5). */
export function isPrefixed(program: string): boolean {
  return /^[@:+!|-]/.test(program);
}

/** A word of a unit: in quotes, with the escapes of systemd.syntax(7). */
export function quoteWord(word: string): string {
  const escaped = escapeSpecifiers(word).replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\r", "\\r");
  return `"${escaped}"`;
}

export function escapeSpecifiers(text: string): string {
  return text.replaceAll("%", "%%");
}
