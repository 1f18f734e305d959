/** A reload that took place. */
export interface PastReload {
  /** When, by the same clock as `nowMs`. */
  readonly atMs: number;
  /** The file whose change was its cause; of several, the first. */
  readonly file: string;
  /** Whether it came although the files were never quiet (`FileChange.isEndless`). @default false */
  readonly isEndless?: boolean;
}

export type ReloadVerdict =
  | { readonly reload: true }
  /** Reloads are suspended: `reason` names the file and the fix. */
  | { readonly reload: false; readonly reason: string; readonly file: string };

const windowMs = 10_000;
/** More reloads than this within the window are not a person who saves. */
const mostReloads = 5;
/** So many changes of one file without a pause in a row: each takes several times the debounce, the window misses them. */
const mostEndless = 3;

/**
 * Whether a change of `file` now is a reason to reload, or the process writes into what is watched and would reload
 * for ever: more than 5 reloads within 10 seconds, or the third in a row for a file that is written without a pause.
 * `history` holds the reloads so far, the latest last; a start by a person begins a new one.
 */
export function judgeReload(
  history: readonly PastReload[],
  nowMs: number,
  file: string,
  isEndless = false,
): ReloadVerdict {
  const current: PastReload = { atMs: nowMs, file, isEndless };
  const recent = [...history.filter(({ atMs }) => atMs > nowMs - windowMs), current];
  if (recent.length > mostReloads) return suspended(recent, `${recent.length} reloads within ${windowMs / 1000} s`);
  const last = [...history, current].slice(-mostEndless);
  const isFlood = last.length === mostEndless && last.every((one) => one.isEndless === true && one.file === file);
  return isFlood
    ? suspended(last, `${last.length} reloads in a row without a pause between the changes`)
    : { reload: true };
}

function suspended(reloads: readonly PastReload[], what: string): ReloadVerdict {
  const file = mostFrequent(reloads.map((one) => one.file));
  const times = reloads.filter((one) => one.file === file).length;
  const share = times === reloads.length ? "all" : `${times}`;
  const reason =
    `reloading is suspended: ${what}, ${share} of them because of ${JSON.stringify(file)}; ` +
    "if the process, or another one, writes it, add it to watch.ignore";
  return { reload: false, reason, file };
}

/** The first of the most frequent ones. */
function mostFrequent(files: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const file of files) counts.set(file, (counts.get(file) ?? 0) + 1);
  const [first = ""] = [...counts].sort(([, one], [, other]) => other - one).map(([file]) => file);
  return first;
}
