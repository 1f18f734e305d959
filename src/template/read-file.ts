import { lstat, readFile, realpath, stat } from "node:fs/promises";
import { basename, dirname, sep } from "node:path";
import type { Decoded } from "./decode.js";
import { decode } from "./decode.js";
import { encodingOf, looksLikeTemplate, templateExtensions } from "./encoding.js";
import { type LocatedProblem, textProblem } from "./source-document.js";

/** A thousand times a usual template; what is larger is some other file. */
const largestFileBytes = 1024 * 1024;

/** Reads the bytes of a file; replaceable for tests. */
export type ReadBytes = (path: string) => Promise<Uint8Array>;

export interface ReadFileOptions {
  /** Working directory of templates that come with no directory of their own. */
  readonly hostCwd: string;
  /** Directory that symbolic links must not leave; undefined follows them anywhere. */
  readonly within?: string | undefined;
  readonly read?: ReadBytes | undefined;
}

/** What a template file holds. Whatever is wrong with the file, its kind or its content is in `problems`. */
export async function readTemplateFile(path: string, options: ReadFileOptions): Promise<Decoded> {
  const { hostCwd, within, read = (file) => readFile(file) } = options;
  const encoding = encodingOf(path);
  if (encoding === undefined) return nothing(unknownKind(path));
  try {
    const refusal = await refuse(path, within);
    if (refusal !== undefined) return nothing(refusal);
    const content = await read(path);
    // The file may have grown, or the reader may be another one.
    if (content.length > largestFileBytes) return nothing(tooLarge(content.length));
    return decode(content, encoding, { cwd: dirname(path), hostCwd });
  } catch (error) {
    return nothing(textProblem(`cannot be read: ${describeFailure(error)}`, {}));
  }
}

/** Whether the directory scan should report a file it does not read, as somebody surely means it as a template. */
export function isMistakenTemplate(path: string): boolean {
  return looksLikeTemplate(path);
}

async function refuse(path: string, within: string | undefined): Promise<LocatedProblem | undefined> {
  if (within !== undefined && (await lstat(path)).isSymbolicLink()) {
    const [target, directory] = await Promise.all([realpath(path), realpath(within)]);
    if (!target.startsWith(directory.endsWith(sep) ? directory : directory + sep)) {
      return textProblem("is a link that leaves the template directory", {}, "a file inside it", `copy ${target} here`);
    }
  }
  const stats = await stat(path);
  // Reading a named pipe would wait for a writer for ever.
  if (!stats.isFile())
    return textProblem(`is ${stats.isDirectory() ? "a directory" : "not a regular file"}`, {}, "a file");
  return stats.size > largestFileBytes ? tooLarge(stats.size) : undefined;
}

function unknownKind(path: string): LocatedProblem {
  const fix = looksLikeTemplate(path) ? "convert it, or rename it if it is one of these" : undefined;
  return textProblem(
    `${basename(path)} is not a kind of file drover reads`,
    {},
    `one of ${templateExtensions.join(", ")}`,
    fix,
  );
}

const tooLarge = (bytes: number): LocatedProblem =>
  textProblem(`is ${bytes} bytes large`, {}, `at most ${largestFileBytes}; a template file is never that large`);

const nothing = (problem: LocatedProblem): Decoded => ({ templates: [], problems: [problem], isList: false });

const sentences: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  ENOENT: "there is no such file, or the link leads nowhere",
  ELOOP: "the link leads back to itself",
  EISDIR: "it is a directory",
};

/** A failure of the file system in words. */
export function describeFailure(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return sentences[code] ?? (error instanceof Error ? error.message : String(error));
}
