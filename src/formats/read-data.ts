import type { ReadDocument } from "../template/source-document.js";
import { readYamlDocument } from "../template/yaml-document.js";
import { readJson5Document } from "./json5-document.js";

/** Reads JSON, with or without comments, or YAML, whichever the text begins like. */
export function readData(text: string): ReadDocument {
  return /^(?:\s|\/\/[^\n]*\n|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\/)*[[{]/.test(text)
    ? readJson5Document(text)
    : readYamlDocument(text, { mergeKeys: true });
}
