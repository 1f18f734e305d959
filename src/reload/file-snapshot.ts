/** What was on disk at one time. */
export interface FileSnapshot {
  /** Every file that counts, by the path it is watched under, with what changes when it is written. */
  readonly files: ReadonlyMap<string, string>;
  /** The directories they can be in, by their path without symbolic links. */
  readonly directories: ReadonlySet<string>;
  /** Directories that are watched under another path than their own, because a symbolic link leads to them. */
  readonly aliases: readonly Alias[];
  /** Paths, without symbolic links before the last name, at which something outside of `directories` can come or change. */
  readonly waypoints: ReadonlySet<string>;
}

export interface Alias {
  readonly real: string;
  /** The path it is watched under. */
  readonly named: string;
}

/** The files that were added, written, replaced or removed from one snapshot to the next, sorted. */
export function changedFiles(before: FileSnapshot, after: FileSnapshot): readonly string[] {
  const written = [...after.files].filter(([path, stamp]) => before.files.get(path) !== stamp).map(([path]) => path);
  const removed = [...before.files.keys()].filter((path) => !after.files.has(path));
  return [...written, ...removed].sort();
}
