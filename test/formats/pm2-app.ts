import { expect } from "vitest";
import { importValue } from "../../src/formats/import-text.js";
import { errorsOf, places } from "./told.js";

/** Apps of an ecosystem file, imported. */
export const read = (...apps: object[]) => importValue({ apps }, { ...places, format: "pm2" });

/** The template of an app that is imported without an error. */
export function one(app: object) {
  const imported = read({ name: "a", script: "./a.js", ...app });
  expect(errorsOf(imported)).toEqual([]);
  return imported.templates[0];
}
