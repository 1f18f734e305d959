import { formats } from "./formats.js";

// Templates become files of other systems.
export { exportFormats } from "./export-formats.js";
export { type Exported, exportTemplates } from "./export-templates.js";
export type { ExportedFile, ExportOptions } from "./exported.js";
// Files of other systems become templates.
export type { Outcome, ReportRow } from "./format.js";
export type { Imported } from "./import-document.js";
export { type ImportFileOptions, importFile } from "./import-file.js";
export { detectFormatName, type ImportOptions, importText, importValue } from "./import-text.js";

/** The systems whose files can be imported: the name of the format, and what its files are called. */
export const importFormats: readonly { readonly name: string; readonly files: string }[] = formats.map(
  ({ name, files }) => ({ name, files }),
);
