import { fileURLToPath } from "node:url";
import type { Enum, Field, Method, OneOf, Root, Type } from "protobufjs";
import type { Rules } from "../gen/drover/v1/options.js";
import { protobuf } from "./lazy-modules.js";

/** The folder of the shipped .proto files; the same from `src` and from `dist`. */
const protoFolder = fileURLToPath(new URL("../../proto/", import.meta.url));
const files = ["drover/v1/template.proto", "drover/v1/cn_infra.proto"];

let cached: Root | undefined;

/** The schema of templates, parsed from the shipped .proto files at the first call. */
export function schema(): Root {
  cached ??= loadSchema(files);
  return cached;
}

/** A message type of package `drover.v1`. */
export function messageType(name: string): Type {
  return schema().lookupType(`drover.v1.${name}`);
}

/** What the field accepts and its default, as written beside it in the schema. */
export function rulesOf(field: Field): Rules {
  return optionOf<Rules>(field, "(drover.v1.rules)") ?? {};
}

/** One member of the oneof must be given. */
export function isRequired(oneof: OneOf): boolean {
  return optionOf<boolean>(oneof, "(drover.v1.one_required)") ?? false;
}

/** The oneofs somebody wrote, without those that stand for a field with the word `optional`. */
export function oneofsOf(type: Type): OneOf[] {
  return type.oneofsArray.filter((oneof) => !oneof.name.startsWith("_"));
}

/** The field meant by a key in lowerCamelCase or snake_case. */
export function fieldOfKey(type: Type, key: string): Field | undefined {
  return type.fieldsArray.find((field) => field.jsonName === key || field.protoName === key);
}

/** Whether the field knows "left out" from its zero value. */
export function hasPresence(field: Field): boolean {
  return field.partOf !== null || messageOf(field) !== undefined;
}

/** The message type of the field's values; undefined for scalars and enums. */
export function messageOf(field: Field): Type | undefined {
  return field.resolvedType instanceof protobuf().Type ? field.resolvedType : undefined;
}

/** The enum of the field's values; undefined for scalars and messages. */
export function enumOf(field: Field): Enum | undefined {
  return field.resolvedType instanceof protobuf().Enum ? field.resolvedType : undefined;
}

/** Whether values of the field are durations. */
export function isDuration(field: Field): boolean {
  return field.resolvedType?.fullName === ".google.protobuf.Duration";
}

/** The word of an enum value as people write it: `on-failure` for `ON_FAILURE`. */
export function enumWord(name: string): string {
  return name.toLowerCase().replaceAll("_", "-");
}

/** Parses shipped .proto files, and what they import. */
export function loadSchema(names: string[]): Root {
  const root = new (protobuf().Root)();
  // descriptor.proto is needed for nothing but these messages, which ours extend; parsing its 1,200 lines would cost more than all of
  // drover's. The options of Google's annotations are read as they are written.
  root.define("google.protobuf", {
    FieldOptions: { fields: {} },
    MethodOptions: { fields: {} },
    OneofOptions: { fields: {} },
  });
  root.resolvePath = (_origin, target) => {
    if (target === "google/protobuf/descriptor.proto" || target === "google/api/annotations.proto") return null;
    return target.startsWith(protoFolder) ? target : protoFolder + target;
  };
  root.loadSync(names, { alternateCommentMode: true }).resolveAll();
  return root;
}

/** An option, with its name in parentheses where it is an extension. */
export function optionOf<T>({ parsedOptions }: Field | Method | OneOf, name: string): T | undefined {
  for (const entry of (parsedOptions as readonly object[] | null | undefined) ?? []) {
    if (name in entry) return (entry as Record<string, T>)[name];
  }
  return undefined;
}
