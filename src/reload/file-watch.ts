export interface FileWatch {
  readonly paths: readonly string[];
  readonly ignore: readonly string[];
  readonly debounceMs: number;
}
