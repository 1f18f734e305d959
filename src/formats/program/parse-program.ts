import { createRequire } from "node:module";
import { runInNewContext } from "node:vm";
import type { ParseResult, ParserPlugin } from "@babel/parser";
import { LineIndex, type LocatedProblem, textProblem } from "../../template/source-document.js";

export type Program = ParseResult["program"];
export type Statement = Program["body"][number];
export type Expression = Extract<Statement, { type: "ExpressionStatement" }>["expression"];
/** A node of one type. */
export type Of<Type extends Expression["type"]> = Extract<Expression, { type: Type }>;

const require = createRequire(import.meta.url);

/** The syntax of a program, or what keeps it from being one. Nothing of it is run. */
export function parseProgram(text: string, file: string, limitMs = 5000): Program | { problem: LocatedProblem } {
  // Loading the parser takes 30 ms, which only programs are worth.
  const { parse } = require("@babel/parser") as typeof import("@babel/parser");
  const read = (): Program =>
    parse(text, {
      sourceType: "unambiguous",
      plugins: pluginsFor(file),
      allowAwaitOutsideFunction: true,
      allowReturnOutsideFunction: true,
      allowUndeclaredExports: true,
      attachComment: false,
    }).program;
  try {
    // Nested type assertions take the parser twice as long with each level, and only a context of its own has a time limit.
    return runInNewContext("read()", { read }, { timeout: limitMs }) as Program;
  } catch (error) {
    return { problem: describeFault(error, text) };
  }
}

function pluginsFor(file: string): ParserPlugin[] {
  if (/\.[cm]?jsx?$/.test(file)) return ["jsx", "decorators"];
  return file.endsWith("x") ? ["typescript", "jsx", "decorators"] : ["typescript", "decorators"];
}

function describeFault(error: unknown, text: string): LocatedProblem {
  const { pos, code } = error as { readonly pos?: number; readonly code?: string };
  if (code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return textProblem("takes too long to read", {}, "a simpler program");
  if (error instanceof RangeError) return textProblem("is nested too deeply", {}, "a simpler program");
  const message = error instanceof Error ? error.message : String(error);
  const words = message.replace(/\s*\(\d+:\d+\)$/, "").replace(/\.$/, "");
  return textProblem(`cannot be read as a program: ${words}`, new LineIndex(text).positionAt(pos ?? 0));
}
