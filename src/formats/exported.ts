import type { ProcessTemplate } from "../template/process-template.js";
import type { Outcome } from "./format.js";

/** A file for another system. */
export interface ExportedFile {
  readonly name: string;
  readonly text: string;
}

/** What may be chosen about the files. */
export interface ExportOptions {
  /** The container image of the processes, for Kubernetes. @default NAME:latest, and a hint that it must be named */
  readonly image?: string | undefined;
}

/** What became of a field of one template. */
export interface Told {
  /** Its path; that of a variable or a dependency ends with the name of it. */
  readonly field: string;
  readonly outcome: Outcome;
  readonly to: string;
  readonly note: string;
  /** Told even though the template does not have the field, as the other system has another default. */
  readonly isAlways: boolean;
}

/** The files for some templates, and what became of the fields of each. */
export interface Written {
  readonly files: readonly ExportedFile[];
  readonly told: readonly (readonly Told[])[];
  /** What must be done by hand before the files can be used. */
  readonly hints?: readonly string[];
}

/** A system that templates are written for. */
export interface ExportFormat {
  /** The word for `--to`. */
  readonly name: string;
  readonly title: string;
  /** What its files are called. */
  readonly files: string;
  readonly rules: readonly FieldOfPage[];
  readonly write: (templates: readonly ProcessTemplate[], options: ExportOptions) => Written;
}

/** What the page about exports says of a field. */
export interface FieldOfPage {
  readonly field: string;
  readonly to: string;
  readonly outcome: Outcome;
  readonly note: string;
}
