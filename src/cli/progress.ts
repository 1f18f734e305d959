import { Bell } from "./bell.js";
import type { Terminal } from "./terminal.js";

/** How far something is that is done to several processes. */
export interface Progress {
  /** Such as `starting`. */
  readonly doing: string;
  readonly total: number;
  /** Names of those it is not done for yet. */
  readonly waiting: readonly string[];
}

/** What is done sooner needs no words. */
const firstMs = 300;
const periodMs = 250;
const mostNames = 5;

/** Shows a line about work while it goes on, where somebody looks on. What `read` fails to tell is left out. */
export async function withProgress<Result>(
  work: Promise<Result>,
  read: (cancelSignal: AbortSignal) => Promise<Progress> | Progress,
  terminal: Terminal | undefined,
): Promise<Result> {
  if (terminal?.progress === undefined) return await work;
  const end = new AbortController();
  const bell = new Bell();
  void tell(read, terminal.progress, end.signal, bell);
  try {
    return await work;
  } finally {
    end.abort();
    bell.ring();
    terminal.progress("");
  }
}

async function tell(
  read: (cancelSignal: AbortSignal) => Promise<Progress> | Progress,
  show: (text: string) => void,
  end: AbortSignal,
  bell: Bell,
): Promise<void> {
  await bell.wait(firstMs);
  while (!end.aborted) {
    try {
      const progress = await read(end);
      if (!end.aborted && progress.total > 1) show(describeProgress(progress));
    } catch {
      // The work itself tells what is wrong.
    }
    await bell.wait(periodMs);
  }
}

/** Such as `starting 12 of 40: api, worker, …`. */
export function describeProgress({ doing, total, waiting }: Progress): string {
  const names = [...waiting.slice(0, mostNames), ...(waiting.length > mostNames ? ["…"] : [])].join(", ");
  return `${doing} ${total - waiting.length} of ${total}${names === "" ? "" : `: ${names}`}`;
}
