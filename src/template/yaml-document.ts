import type { Document, LineCounter, Node, YAMLMap } from "yaml";
import { yaml } from "./lazy-modules.js";
import type { PathPart, Problem } from "./problem.js";
import { type LocatedProblem, type Position, type ReadDocument, sameKey, textProblem } from "./source-document.js";

/** Far more than templates need, even in their texts, and little enough for the parser's recursion. */
const deepestBrackets = 500;

/**
 * Reads one YAML 1.2 document. Bombs of aliases, duplicate keys, unknown tags and further documents are refused. `<<` merges another
 * map only where that is asked for: YAML 1.2 has no such key.
 */
export function readYamlDocument(text: string, { mergeKeys = false } = {}): ReadDocument {
  if (isNestedTooDeeply(text)) return { problems: [textProblem("is nested too deeply", {}, "a few levels")] };
  const { LineCounter, parseDocument } = yaml();
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      stringKeys: true,
      merge: mergeKeys,
      // The parser compares every key of a map with every other; see duplicateKeys.
      uniqueKeys: false,
      logLevel: "error",
    });
    const faults = [...document.errors, ...document.warnings, ...duplicateKeys(document)];
    if (faults.length > 0) return { problems: faults.map((fault) => describeFault(fault, lines)) };
    // Converting resolves aliases, and throws when they multiply beyond reason.
    const value: unknown = document.toJS({ maxAliasCount: 100 });
    if (isCyclic(value)) return { problems: [textProblem("has an alias inside of what it stands for", {})] };
    return {
      value,
      locate: (path, at) => place(lines, locate(document, path, at)),
      spelling: (path) => spellingOf(withoutAlias(document, find(document, path).node)),
    };
  } catch (error) {
    const message = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    return { problems: [textProblem(`cannot be read as YAML: ${message}`, {})] };
  }
}

/** Whether something is a part of itself; what several aliases stand for is gone through once. */
function isCyclic(value: unknown, around = new Set<unknown>(), done = new Set<unknown>()): boolean {
  if (typeof value !== "object" || value === null || done.has(value)) return false;
  if (around.has(value)) return true;
  around.add(value);
  const found = Object.values(value).some((inner) => isCyclic(inner, around, done));
  around.delete(value);
  done.add(value);
  return found;
}

const duplicateKey = "DUPLICATE_KEY";

function duplicateKeys(document: Document.Parsed): Fault[] {
  const { isScalar, visit } = yaml();
  const faults: Fault[] = [];
  visit(document, {
    Map(_, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        const at = key.range?.[0] ?? 0;
        const message = `the key ${JSON.stringify(name)} is given twice`;
        if (seen.has(name)) faults.push({ code: duplicateKey, message, pos: [at, at] });
        seen.add(name);
      }
    },
  });
  return faults;
}

function place(lines: LineCounter, offset: number | undefined): Position | undefined {
  if (offset === undefined) return undefined;
  const { line, col: column } = lines.linePos(offset);
  return { line, column };
}

interface Fault {
  readonly code: string;
  readonly message: string;
  readonly pos: readonly [number, number];
}

function describeFault(fault: Fault, lines: LineCounter): LocatedProblem {
  const at = place(lines, fault.pos[0]) ?? {};
  if (fault.code === "MULTIPLE_DOCS") {
    return textProblem("has several documents", at, "one", "put the templates into a list under templates:");
  }
  if (fault.code === "TAB_AS_INDENT") return textProblem("is indented by a tab", at, "spaces");
  if (fault.code === duplicateKey) return textProblem(fault.message, at, "each key once");
  return textProblem(fault.message.split("\n")[0] ?? fault.code, at, "valid YAML");
}

interface Found {
  readonly node: Node | undefined;
  readonly key?: Node | undefined;
}

/** The node at a path; where there is none, the nearest one around it, which is where it belongs. */
function find(document: Document.Parsed, path: readonly PathPart[]): Found {
  let found: Found = { node: document.contents ?? undefined };
  for (const part of path) {
    const step = stepInto(withoutAlias(document, found.node), part);
    if (step === undefined) return { node: found.node };
    found = { node: step.value ?? step.key, key: step.key };
  }
  return found;
}

function locate(document: Document.Parsed, path: readonly PathPart[], at: Problem["at"]): number | undefined {
  const { node, key } = find(document, path);
  return startOf(at === "key" ? (key ?? node) : node);
}

function spellingOf(node: Node | undefined): string | undefined {
  return yaml().isScalar(node) ? node.source : undefined;
}

const startOf = (node: Node | undefined): number | undefined => node?.range?.[0];

function withoutAlias(document: Document.Parsed, node: Node | undefined): Node | undefined {
  return yaml().isAlias(node) ? node.resolve(document) : node;
}

interface Step {
  readonly key?: Node | undefined;
  readonly value?: Node | undefined;
}

function stepInto(node: Node | undefined, part: PathPart): Step | undefined {
  const { isMap, isNode, isSeq } = yaml();
  const nodeOf = (value: unknown): Node | undefined => (isNode(value) ? value : undefined);
  if (isSeq(node) && typeof part === "number") return { value: nodeOf(node.items[part]) };
  if (!isMap(node) || typeof part !== "string") return undefined;
  const pairs = pairsOf(node);
  const pair = pairs.get(part) ?? [...pairs].find(([name]) => sameKey(name, part))?.[1];
  return pair && { key: nodeOf(pair.key), value: nodeOf(pair.value) };
}

type Pairs = ReadonlyMap<string, YAMLMap["items"][number]>;

const indexes = new WeakMap<YAMLMap, Pairs>();

/** By their names: looking through all of them for each would take minutes for a large map. */
function pairsOf(map: YAMLMap): Pairs {
  const known = indexes.get(map);
  if (known !== undefined) return known;
  const { isScalar } = yaml();
  const named = map.items.flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value), pair] as const] : []));
  const pairs = new Map(named);
  indexes.set(map, pairs);
  return pairs;
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
