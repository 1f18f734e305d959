/** A file for another system. */
export interface ExportedFile {
  readonly name: string;
  readonly text: string;
}

/** What became of the fields of one template, by the beginning of their paths. What is not in it is dropped. */
export type Kept = ReadonlyMap<string, { readonly to: string; readonly note?: string }>;
