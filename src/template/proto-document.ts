import type { Message, Type } from "protobufjs";
import { protobuf, protojson, textformat } from "./lazy-modules.js";
import type { PathPart } from "./problem.js";
import { messageType } from "./schema.js";
import { type LocatedProblem, type ReadDocument, textProblem } from "./source-document.js";

/** The field number of a list's entries, by which its binary form differs from that of a single template. */
const listTag = 1000;

/** Reads proto text format: a ProcessTemplate, or ProcessTemplates when the first field is `templates`. */
export function readTextDocument(text: string): ReadDocument {
  const isList = /^(?:\s|#[^\n]*\n)*templates\b/.test(text);
  return readMessage(isList, (type) => textformat().fromText(type, text));
}

/** Reads the binary form: a ProcessTemplate, or ProcessTemplates when the first field is `templates`. */
export function readBinaryDocument(bytes: Uint8Array): ReadDocument {
  const isList = bytes.length > 0 && firstTag(bytes) === listTag;
  return readMessage(isList, (type) => {
    const reader = protobuf().Reader.create(bytes);
    // A template of a later drover must not run without what this one does not know.
    reader.discardUnknown = false;
    return type.decode(reader);
  });
}

function firstTag(bytes: Uint8Array): number | undefined {
  try {
    return protobuf().Reader.create(bytes).uint32() >>> 3;
  } catch {
    return undefined;
  }
}

function readMessage(isList: boolean, read: (type: Type) => Message): ReadDocument {
  const type = messageType(isList ? "ProcessTemplates" : "ProcessTemplate");
  try {
    const message = read(type);
    const unknown = pathOfUnknown(message, []);
    if (unknown !== undefined) {
      const fix = "write the file with this version of drover's schema";
      return { problems: [{ path: unknown, at: "value", message: "has a field that is not in the schema", fix }] };
    }
    return { value: protojson().toJson(type, message), locate: () => undefined };
  } catch (error) {
    return { problems: [describeFault(type, error)] };
  }
}

/** The parsers of protobufjs say `… (line 3)` at the end, and name types with a leading dot. */
function describeFault(type: Type, error: unknown): LocatedProblem {
  const text = error instanceof Error ? error.message : String(error);
  const line = /\(line (\d+)\)$/.exec(text)?.[1];
  const message = text.replace(/ \(line \d+\)$/, "").replace(/^\.drover\.v1\./, "");
  return textProblem(
    message,
    line === undefined ? {} : { line: Number(line), column: 1 },
    `a message of type ${type.name}`,
  );
}

/** The decoder keeps fields it does not know beside the message instead of refusing them. */
function pathOfUnknown(value: unknown, path: readonly PathPart[]): readonly PathPart[] | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const unknowns: unknown = "$unknowns" in value ? value.$unknowns : undefined;
  if (Array.isArray(unknowns) && unknowns.length > 0) return path;
  for (const [key, member] of Object.entries(value)) {
    const inner = pathOfUnknown(member, [...path, Array.isArray(value) ? Number(key) : key]);
    if (inner !== undefined) return inner;
  }
  return undefined;
}
