import { extname } from "node:path";

/** How a template is written in a file. */
export type Encoding = "json" | "yaml" | "textproto" | "binpb";

const encodings: Readonly<Record<string, Encoding>> = {
  ".json": "json",
  ".yaml": "yaml",
  ".yml": "yaml",
  ".textproto": "textproto",
  ".binpb": "binpb",
};

/** The extensions of template files, in the order in which a template of a given name is looked for. */
export const templateExtensions = Object.keys(encodings);

/** The encoding a file name stands for; undefined when the file is no template. */
export function encodingOf(file: string): Encoding | undefined {
  return encodings[extname(file).toLowerCase()];
}

/** Whether somebody who names a file like this probably means a template, which must not be ignored in silence. */
export function looksLikeTemplate(file: string): boolean {
  return [".jsonc", ".json5", ".toml", ".txtpb", ".pbtxt", ".prototxt", ".pb"].includes(extname(file).toLowerCase());
}
