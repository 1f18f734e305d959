import { randomUUID } from "node:crypto";
import { linkSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { firstValueFrom, timer } from "rxjs";
import { ProcessError } from "../errors.js";
import type { Identity } from "../os/identity.js";
import type { Os } from "../os/os.js";

/** Who holds a state directory. */
export interface LockHolder {
  readonly identity: Identity;
  readonly startedAt: string;
  /** What the DROVER_ID of its host-bound processes begins with: by it the next holder finds what it left behind. */
  readonly hostToken: string;
}

export interface StateLock {
  /** Holders that ended without letting go, newest first. */
  readonly previous: readonly LockHolder[];
  release(): void;
}

const maxTries = 20;
const retryDelayMs = 10;

/**
 * Takes a state directory for this host. A lock is a file `lock.N`, made whole by link(2) and never replaced: the
 * highest number counts, and a dead holder's is followed by the next number, which only one of many can make. Removing
 * a dead lock first and making it anew would let a slow rival remove the new one.
 *
 * @throws ProcessError STATE_DIR_LOCKED with the PID and start time of the holder
 */
export async function acquireLock(directory: string, os: Os): Promise<StateLock> {
  const { identity } = os.host;
  const own: LockHolder = { identity, startedAt: new Date(os.scheduler.now()).toISOString(), hostToken: os.hostToken };
  for (let attempt = 1; attempt <= maxTries; attempt++) {
    const before = listLocks(directory);
    await requireDead(before, directory, os);
    const generation = (before.at(-1)?.generation ?? 0) + 1;
    if (makeLock(directory, generation, own) && (await isSole(directory, generation, os))) {
      for (const lock of before) rmSync(pathOf(directory, lock.generation), { force: true });
      removeRemains(directory);
      const release = (): void => rmSync(pathOf(directory, generation), { force: true });
      return { previous: before.flatMap(({ holder }) => (holder === undefined ? [] : [holder])).reverse(), release };
    }
    await firstValueFrom(timer(retryDelayMs * Math.min(attempt, 5), os.scheduler));
  }
  throw new ProcessError("STATE_DIR_LOCKED", `${directory}: several managers fight for it; start one of them again`);
}

/** Who holds or held a state directory, and whether that is so now. Changes nothing. */
export async function inspectLocks(directory: string, os: Os): Promise<readonly InspectedLock[]> {
  return await Promise.all(
    listLocks(directory).map(async ({ generation, holder }): Promise<InspectedLock> => {
      if (holder === undefined) return { path: pathOf(directory, generation), holder, state: "unreadable" };
      return { path: pathOf(directory, generation), holder, state: await examine(holder, os) };
    }),
  );
}

/** A lock file; one that cannot be read counts as held. */
export type InspectedLock =
  | { readonly path: string; readonly holder: LockHolder; readonly state: HolderState }
  | { readonly path: string; readonly holder: undefined; readonly state: "unreadable" };

/** Whether a holder lives. In another PID namespace of this boot it cannot be seen: that proves nothing. */
export type HolderState = "alive" | "dead" | "elsewhere";

interface Lock {
  readonly generation: number;
  /** Undefined when the file is not a lock: it counts as held until somebody looks. */
  readonly holder: LockHolder | undefined;
}

function listLocks(directory: string): readonly Lock[] {
  const generations = readdirSync(directory).flatMap((name) => {
    const [, digits] = /^lock\.(\d{1,15})$/.exec(name) ?? [];
    return digits === undefined ? [] : [Number(digits)];
  });
  return generations
    .sort((one, other) => one - other)
    .flatMap((generation) => readLock(pathOf(directory, generation), generation));
}

function readLock(path: string, generation: number): Lock[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    // Let go between the listing and now.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return [{ generation, holder: parseHolder(text) }];
}

function parseHolder(text: string): LockHolder | undefined {
  try {
    const { identity, startedAt, hostToken } = JSON.parse(text) as Partial<LockHolder>;
    const isWhole = typeof identity?.pid === "number" && typeof startedAt === "string" && typeof hostToken === "string";
    return isWhole ? { identity, startedAt, hostToken } : undefined;
  } catch {
    return undefined;
  }
}

/** A rival needs its own no longer than a moment: what is older was left by one that was killed. */
const remainAfterMs = 60_000;

function removeRemains(directory: string): void {
  for (const name of readdirSync(directory).filter((entry) => /^\.lock\..*\.tmp$/.test(entry))) {
    const path = join(directory, name);
    const ageMs = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (ageMs > remainAfterMs) rmSync(path, { force: true });
  }
}

/** False when another one was faster. */
function makeLock(directory: string, generation: number, holder: LockHolder): boolean {
  const temporary = join(directory, `.lock.${randomUUID()}.tmp`);
  writeFileSync(temporary, `${JSON.stringify(holder)}\n`, { mode: 0o600, flag: "wx", flush: true });
  try {
    linkSync(temporary, pathOf(directory, generation));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** A rival that read the directory earlier or later may hold another number: then both let go and try again. */
async function isSole(directory: string, own: number, os: Os): Promise<boolean> {
  const others = listLocks(directory).filter(({ generation }) => generation !== own);
  for (const { generation, holder } of others) {
    const isRival = generation > own || holder === undefined || (await examine(holder, os)) !== "dead";
    if (!isRival) continue;
    rmSync(pathOf(directory, own), { force: true });
    return false;
  }
  return true;
}

async function requireDead(locks: readonly Lock[], directory: string, os: Os): Promise<void> {
  for (const { generation, holder } of locks) {
    const path = pathOf(directory, generation);
    if (holder === undefined) {
      const text = `${path} is not a lock of drover; if no manager uses ${directory}, remove that file`;
      throw new ProcessError("STATE_DIR_LOCKED", text);
    }
    const state = await examine(holder, os);
    if (state === "dead") continue;
    const { identity, startedAt } = holder;
    const who = `process ${identity.pid}, running since ${startedAt}`;
    const text =
      state === "elsewhere"
        ? `${directory} is held by ${who}, in another container; if that has ended, remove ${path}`
        : `${directory} is held by ${who}; stop that manager or use another state directory`;
    throw new ProcessError("STATE_DIR_LOCKED", text);
  }
}

async function examine({ identity }: LockHolder, os: Os): Promise<HolderState> {
  const here = os.host.identity;
  if (identity.bootId !== here.bootId) return "dead";
  if (identity.pidNamespace !== here.pidNamespace) return "elsewhere";
  try {
    const holder = await os.attach(identity);
    holder.release();
    return "alive";
  } catch (error) {
    const { code } = ProcessError.from(error);
    return code === "NO_SUCH_PID" || code === "NOT_SAME_PROCESS" ? "dead" : "alive";
  }
}

function pathOf(directory: string, generation: number): string {
  return join(directory, `lock.${generation}`);
}
