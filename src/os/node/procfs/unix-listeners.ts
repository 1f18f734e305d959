import { readdir, readFile, readlink, realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";

/** A listening Unix socket that is bound to a path. */
interface Listener {
  readonly inode: string;
  /** As it was bound: relative paths stay relative. */
  readonly path: string;
}

/** Who may hold sockets: the descriptors are read by PID. */
interface Holder {
  readonly pid: number;
}

/**
 * Whether one of the processes holds the socket that listens at a path. The kernel keeps the path as it was bound, so a
 * relative one is taken from where its holder is now; when that is another place, nobody can tell.
 */
export async function listensOn(holders: readonly Holder[], socketPath: string): Promise<boolean | undefined> {
  const wanted = await locate(socketPath);
  if (wanted === undefined) return false;
  const listeners = (await readListeners(holders)).filter(({ path }) => basename(path) === basename(wanted));
  let answer: boolean | undefined = false;
  for (const { pid } of listeners.length === 0 ? [] : holders) {
    const held = await heldListeners(pid, listeners);
    if (held === "unreadable") answer = undefined;
    for (const listener of held === "unreadable" ? [] : held) {
      if ((await placeOf(listener, pid)) === wanted) return true;
      if (!isAbsolute(listener.path)) answer = undefined;
    }
  }
  return answer;
}

/** Every listening socket of the network namespace the processes are in, proc_net(5): flag __SO_ACCEPTCON. */
async function readListeners(holders: readonly Holder[]): Promise<readonly Listener[]> {
  for (const { pid } of holders) {
    const text = await readFile(`/proc/${pid}/net/unix`, "utf8").catch(() => undefined);
    if (text !== undefined) return text.split("\n").flatMap(parseListener);
  }
  return [];
}

/** `Num RefCount Protocol Flags Type St Inode Path`; the path may hold blanks. */
function parseListener(line: string): readonly Listener[] {
  const [, flags, inode, path] = /^\S+ \S+ \S+ (\S+) \S+ \S+ +(\d+) (.+)$/.exec(line) ?? [];
  if (flags !== "00010000" || inode === undefined || path === undefined) return [];
  return [{ inode, path }];
}

/** Those of the listeners a process has open. */
async function heldListeners(pid: number, listeners: readonly Listener[]): Promise<readonly Listener[] | "unreadable"> {
  const names = await readdir(`/proc/${pid}/fd`).catch(codeOf);
  // Another error than of permission means that it has ended.
  if (typeof names === "string") return names === "EACCES" || names === "EPERM" ? "unreadable" : [];
  const targets = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => "")));
  const held = new Set(targets);
  return listeners.filter(({ inode }) => held.has(`socket:[${inode}]`));
}

async function placeOf({ path }: Listener, pid: number): Promise<string | undefined> {
  if (isAbsolute(path)) return await realParent(path);
  const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => undefined);
  return cwd === undefined ? undefined : await realParent(resolve(cwd, path));
}

/** Where the socket file really is; undefined when there is none: nobody could connect to it. */
async function locate(socketPath: string): Promise<string | undefined> {
  return await realpath(socketPath).catch((error: unknown) => {
    return codeOf(error) === "ENOENT" ? undefined : realParent(socketPath);
  });
}

/** The path with the links in its directory followed: `/var/run` is `/run`. */
async function realParent(path: string): Promise<string> {
  const parent = await realpath(dirname(path)).catch(() => dirname(path));
  return join(parent, basename(path));
}

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code);
}
