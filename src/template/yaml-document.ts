import type { Document, LineCounter, ParsedNode, Range } from "yaml";
import { yaml } from "./lazy-modules.js";
import type { PathPart, Problem } from "./problem.js";
import { type LocatedProblem, type Position, type ReadDocument, sameKey, textProblem } from "./source-document.js";

/** Far more than templates need, even in their texts, and little enough for the parser's recursion. */
const deepestBrackets = 500;

/** Reads one YAML 1.2 document. Bombs of aliases, duplicate keys, unknown tags and further documents are refused. */
export function readYamlDocument(text: string): ReadDocument {
  if (isNestedTooDeeply(text)) return { problems: [textProblem("is nested too deeply", {}, "a few levels")] };
  const { LineCounter, parseDocument } = yaml();
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      stringKeys: true,
      logLevel: "error",
    });
    const faults = [...document.errors, ...document.warnings];
    if (faults.length > 0) return { problems: faults.map((fault) => describeFault(fault, lines)) };
    // Converting resolves aliases, and throws when they multiply beyond reason.
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    return { value, locate: (path, at) => locate(document, lines, path, at) };
  } catch (error) {
    const message = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    return { problems: [textProblem(`cannot be read as YAML: ${message}`, {})] };
  }
}

interface Fault {
  readonly code: string;
  readonly message: string;
  readonly pos: readonly [number, number];
}

function describeFault(fault: Fault, lines: LineCounter): LocatedProblem {
  const { line, col: column } = lines.linePos(fault.pos[0]);
  const place = { line, column };
  if (fault.code === "MULTIPLE_DOCS") {
    return textProblem("has several documents", place, "one", "put the templates into a list under templates:");
  }
  if (fault.code === "TAB_AS_INDENT") return textProblem("is indented by a tab", place, "spaces");
  if (fault.code === "DUPLICATE_KEY") return textProblem("the key is given twice", place, "each key once");
  return textProblem(fault.message.split("\n")[0] ?? fault.code, place, "valid YAML");
}

function locate(
  document: Document.Parsed,
  lines: LineCounter,
  path: readonly PathPart[],
  at: Problem["at"],
): Position | undefined {
  const { isMap, isSeq, isScalar, isAlias } = yaml();
  let node: ParsedNode | null = document.contents;
  let range: Range | null | undefined = node?.range;
  for (const [depth, part] of path.entries()) {
    const target: unknown = isAlias(node) ? node.resolve(document) : node;
    let next: ParsedNode | null | undefined;
    let key: ParsedNode | undefined;
    if (isSeq(target) && typeof part === "number") next = (target.items as ParsedNode[])[part];
    if (isMap(target) && typeof part === "string") {
      const named = (accepts: (text: string) => boolean) =>
        target.items.find((pair) => isScalar(pair.key) && accepts(String(pair.key.value)));
      const pair = named((text) => text === part) ?? named((text) => sameKey(text, part));
      key = pair?.key as ParsedNode | undefined;
      next = (pair?.value as ParsedNode | null | undefined) ?? key;
    }
    if (next === undefined || next === null) break;
    node = next;
    range = at === "key" && depth === path.length - 1 ? (key ?? next).range : next.range;
  }
  if (range === null || range === undefined) return undefined;
  const { line, col: column } = lines.linePos(range[0]);
  return { line, column };
}

/** Deep nesting would exhaust the parser's stack, and take its time about it: brackets or blanks that no template needs. */
function isNestedTooDeeply(text: string): boolean {
  if (/^(?: {500}|(?:[-?:] +){64})/m.test(text)) return true;
  let open = 0;
  for (const character of text) {
    if (character === "[" || character === "{") open += 1;
    else if (character === "]" || character === "}") open = Math.max(0, open - 1);
    if (open > deepestBrackets) return true;
  }
  return false;
}
