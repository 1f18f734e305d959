/** Files whose change restarts a process. */
export interface FileWatch {
  /** Files, directories and globs, relative to the working directory of the process; `!` before one takes it away. */
  readonly paths: readonly string[];
  /** Names anywhere, and paths and globs relative to the working directory, that do not count. */
  readonly ignore: readonly string[];
  /** How long the files must be quiet, in milliseconds. */
  readonly debounceMs: number;
}
