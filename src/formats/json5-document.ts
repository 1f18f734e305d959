import JSON5 from "json5";
import { LineIndex, type ReadDocument, textProblem } from "../template/source-document.js";
import { readPlaces } from "./json5-places.js";
import { offsetOf, type Place } from "./place.js";

/**
 * Reads JSON the way people write it for these systems: with comments, trailing commas, keys without quotes. Several values
 * one after the other are a list.
 */
export function readJson5Document(text: string): ReadDocument {
  const lines = new LineIndex(text);
  const { roots, fault } = readPlaces(text);
  if (fault !== undefined) {
    return { problems: [textProblem(fault.message, lines.positionAt(fault.offset), fault.expected)] };
  }
  const values: unknown[] = [];
  for (const { start, end } of roots) {
    try {
      values.push(JSON5.parse(text.slice(start, end)));
    } catch (error) {
      return { problems: [describeFault(error, lines.positionAt(start))] };
    }
  }
  const isOne = roots.length === 1;
  const root: Place | undefined = isOne ? roots[0] : { start: 0, end: text.length, members: [], items: roots };
  return {
    value: isOne ? values[0] : values,
    locate: (path, at) => lines.positionAt(offsetOf(root, path, at)),
  };
}

function describeFault(error: unknown, start: { readonly line: number; readonly column: number }) {
  const { lineNumber, columnNumber } = error as { readonly lineNumber?: number; readonly columnNumber?: number };
  const message = error instanceof Error ? error.message : String(error);
  const words = message.replace(/^JSON5: /, "").replace(/ at \d+:\d+$/, "");
  // The parser counts from the beginning of the one value.
  const { line, column } = { line: lineNumber ?? 1, column: columnNumber ?? 1 };
  const place = { line: start.line + line - 1, column: line === 1 ? start.column + column - 1 : column };
  return textProblem(`cannot be read as JSON: ${words}`, place);
}
