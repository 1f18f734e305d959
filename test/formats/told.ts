import type { Imported } from "../../src/formats/import-document.js";
import { type ImportOptions, importText } from "../../src/formats/import-text.js";
import { toJson } from "../../src/template/encode.js";
import type { ProcessTemplate } from "../../src/template/process-template.js";

export const places = { file: "f", cwd: "/host", directory: "/host/data", home: "/home/me" };

/** What is wrong with a file, without how its parts are called. */
export const errorsOf = (imported: Imported): readonly string[] => imported.errors.map(String);

/** The rows that are not plain matches, as `outcome field: note`. */
export const lossesOf = ({ report }: Imported): readonly string[] =>
  report
    .filter(({ outcome }) => outcome !== "mapped")
    .map(({ outcome, field, note }) => `${outcome} ${field}: ${note}`);

export const namesOf = ({ templates }: Imported): readonly string[] => templates.map(({ name }) => name);

/** The one template of a text that must have no errors. */
export function onlyTemplate(text: string, options: ImportOptions = {}): ProcessTemplate {
  const imported = importText(text, { ...places, ...options });
  const [template] = imported.templates;
  if (imported.errors.length > 0 || template === undefined) throw new Error(errorsOf(imported).join("\n"));
  return template;
}

/** The same, as its file would have it. */
export const onlyJson = (text: string, options: ImportOptions = {}) => toJson(onlyTemplate(text, options));
