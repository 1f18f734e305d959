import type { PathPart, Problem } from "../template/problem.js";
import type { ReadTemplate } from "../template/read-template.js";
import type { Position, ReadDocument, SourceDocument } from "../template/source-document.js";
import type { Draft } from "./draft.js";
import type { Kind } from "./kind.js";
import type { KnownNames } from "./program/evaluator.js";

/** What became of a field of a foreign file: it means the same, something near, or nothing any more. */
export type Outcome = "mapped" | "approximated" | "dropped";

/** A system whose files drover reads. */
export interface Format {
  /** The word for `--from`. */
  readonly name: string;
  readonly title: string;
  /** What its files are called. */
  readonly files: string;
  /** Where its relative paths begin: in the directory of the file, or where the importing program was started. */
  readonly relativeTo: "file" | "host";
  readonly read: (text: string) => ReadDocument;
  readonly detect: (value: unknown) => boolean;
  /** Whether files of others may look like its own: then the name of a file that is surely meant to be one of those counts more. */
  readonly isLike?: true;
  readonly entries: (value: unknown, scope: Scope) => Entries;
  /** What every process of this system gets, whatever its file says. */
  readonly constants: readonly Constant[];
  readonly rules: readonly FieldRule[];
  /** What a field of an entry is called in the rules, where it may be written in more than one way. */
  readonly spell?: (field: string) => string;
  /** Fields of the file beside its processes. */
  readonly documentRules: readonly DocumentRule[];
  /** What a file is called that is surely meant to be one of this system, where its content does not tell. */
  readonly fileName?: RegExp;
  /** What the first line that says something looks like, where it tells how the text is meant to be read. */
  readonly firstLine?: RegExp;
  /** Files and directories that belong to this one, from the directory of the file; may be patterns with `*`, `?` and `[…]`. */
  readonly includes?: (value: unknown, scope: Scope) => readonly string[];
  /** Whether what is included is one file by its path, which is no pattern, and what that one includes is part of the document, too. */
  readonly isChained?: true;
  /** Makes one document of a file and those that it includes; left out, each is read for itself. */
  readonly join?: (parts: readonly DocumentPart[], scope: Scope) => SourceDocument;
  /** Names of sets of variables of which one can be chosen. */
  readonly environments?: (value: unknown) => readonly string[];
  /** How processes are defined in programs of this system; left out, its programs are not read. */
  readonly program?: ProgramShape;
  /** Looks at the whole entry when all its fields are done. */
  readonly finish?: (entry: EntryContext) => void;
  /** Reads an entry in place of the template that the rules have put together. */
  readonly build?: (value: unknown, scope: Scope, path: readonly PathPart[]) => ReadTemplate;
}

/** A file of several that are one document. */
export interface DocumentPart {
  /** Name or path of the file; empty for the one that includes the others. */
  readonly file: string;
  /** Directory of the file; absolute. */
  readonly directory: string;
  readonly document: SourceDocument;
}

/** Where a program has processes in it. Nothing of it is run: its literals are read. */
export interface ProgramShape {
  /** Methods of a manager that start the process they are given. */
  readonly starts: readonly string[];
  /** What makes a manager, of settings for all of its processes. */
  readonly makers: readonly string[];
  /** Functions that take a configuration and give it back. */
  readonly wrappers: readonly string[];
  /** An object with all keys of one of these is a process, or a configuration with processes in it. */
  readonly marks: readonly (readonly string[])[];
  /** More keys that tell a configuration, where a program exports it. */
  readonly exportMarks: readonly (readonly string[])[];
  /** What a program need not define. */
  readonly known: (scope: Scope) => KnownNames;
}

/** A template field with a value that the other system does not let one choose. */
export interface Constant {
  readonly to: string;
  readonly value: unknown;
  readonly why: string;
}

/** One field of the other system: what it becomes. The report and the page about the system are made from these. */
export interface FieldRule {
  /** Path in an entry: `restartPolicy.delay`; with `*` at its end, every field that begins so and has no rule of its own. */
  readonly field: string;
  readonly kind: Kind;
  /** The template field it becomes, or several for people to read; empty when it becomes none. */
  readonly to: string;
  readonly outcome: Outcome;
  readonly note?: string;
  /** What a field that is left out means, as it would be written. */
  readonly missing?: unknown;
  /** Puts the value into the draft, where that is more than setting the field `to`. */
  readonly apply?: Apply;
}

export type Apply = (found: Found) => Verdict | undefined;

/** What is said of this value, where it is not what the rule says of every value. */
export type Verdict = Partial<Pick<ReportRow, "outcome" | "to" | "note">>;

/** A field beside the processes: it never becomes one. */
export interface DocumentRule {
  readonly field: string;
  readonly outcome: Outcome;
  readonly note: string;
}

/** The value of a rule's field in one entry, its own or what leaving it out means. */
export interface Found extends EntryContext {
  readonly value: unknown;
  readonly path: readonly PathPart[];
  readonly isGiven: boolean;
}

export interface EntryContext {
  readonly entry: Record<string, unknown>;
  /** The name of the process as its file has it. */
  readonly key: string;
  readonly entryPath: readonly PathPart[];
  readonly draft: Draft;
  readonly scope: Scope;
}

/** One process in a document. */
export interface Entry {
  readonly path: readonly PathPart[];
  readonly value: unknown;
  /** Its name, where that is not a field of its own. */
  readonly key?: string;
  /** What fields that it leaves out mean, where that is told elsewhere in the document. */
  readonly defaults?: Readonly<Record<string, unknown>>;
}

export interface Entries {
  readonly entries: readonly Entry[];
  /** Fields beside the processes. */
  readonly others?: readonly (readonly PathPart[])[];
  /** Rows about fields beside the processes of which more is to be told than their rules say. */
  readonly rows?: readonly PlacelessRow[];
  readonly problems?: readonly Problem[];
}

/** What an importer may know of the world around the file. */
export interface Scope {
  /** Name or path of the file, for messages. */
  readonly file: string;
  /** Directory of the file; absolute. */
  readonly directory: string;
  /** Working directory of the importing program; absolute. */
  readonly hostCwd: string;
  readonly home: string;
  /** The text of a file by its absolute path; undefined when there is none that can be read. */
  readonly readFile: (path: string) => string | undefined;
  readonly exists: (path: string) => boolean;
  /** The environment that the file is imported in. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Which set of variables is chosen, where the system has several. */
  readonly environment: string | undefined;
  /** The whole document. */
  readonly document: unknown;
}

/** What became of one field of one process. */
export interface ReportRow {
  /** Name of the process; empty for a field beside the processes. */
  readonly process: string;
  /** Where it stands in the file, such as `processes.web.restartPolicy.delay`. */
  readonly field: string;
  readonly outcome: Outcome;
  /** The template field it became; empty when it became none. */
  readonly to: string;
  /** How it was approximated, or why it was dropped; may be empty for what is mapped. */
  readonly note: string;
  /** Line and column, counted from 1, where the file has them. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** The file it stands in, where that is one that the imported file includes. */
  readonly file?: string | undefined;
}

/** A row whose line is not known yet. */
export type PlacelessRow = Omit<ReportRow, keyof Position | "field"> & { readonly path: readonly PathPart[] };
