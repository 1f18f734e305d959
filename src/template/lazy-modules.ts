import { createRequire } from "node:module";

// Importing protobufjs and yaml costs about 20 and 30 ms; a program that only talks to a running manager needs neither.
// require is synchronous, so that a template can be written inside a synchronous call.
const require = createRequire(import.meta.url);

const loaded: { protobuf?: typeof import("protobufjs"); yaml?: typeof import("yaml") } = {};

/** protobufjs, loaded at the first call. */
export function protobuf(): typeof import("protobufjs") {
  loaded.protobuf ??= require("protobufjs") as typeof import("protobufjs");
  return loaded.protobuf;
}

/** The strict proto3 JSON mapping of protobufjs, loaded at the first call. */
export function protojson(): typeof import("protobufjs/ext/protojson.js") {
  return require("protobufjs/ext/protojson.js") as typeof import("protobufjs/ext/protojson.js");
}

/** The proto text format of protobufjs, loaded at the first call. */
export function textformat(): typeof import("protobufjs/ext/textformat.js") {
  return require("protobufjs/ext/textformat.js") as typeof import("protobufjs/ext/textformat.js");
}

/** The YAML parser, loaded at the first call. */
export function yaml(): typeof import("yaml") {
  loaded.yaml ??= require("yaml") as typeof import("yaml");
  return loaded.yaml;
}
