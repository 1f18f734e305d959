import { lstatSync } from "node:fs";
import { type DirectoryEvent, type OpenDirectories, openDirectories } from "./open-directories.js";
import { topmost, type WatchLayout } from "./watch-layout.js";

export interface FollowerObserver {
  /** Something that counts may have changed: it is time for a look. */
  touched(): void;
  /** A watched directory is not the one it was, and what watches it is deaf: a look, then `arm`. */
  replaced(): void;
  failed(cause: unknown): void;
}

/** What watches the directories of a layout: the first part those there were, each other one what came later. */
interface Generation {
  readonly parts: OpenDirectories[];
  /** Given to a part in addition to the first. */
  readonly added: Set<string>;
  /** Removed since. */
  readonly gone: Set<string>;
}

/** So many directories come or go before all are watched anew, which clears away what is left of them. */
const mostPatches = 100;

/** Keeps the directories of a layout under watch, also when they come, go and are replaced. */
export class DirectoryFollower {
  readonly #chokidar: typeof import("chokidar");
  readonly #layout: () => WatchLayout;
  readonly #observer: FollowerObserver;
  /** The latest last; the one before it stays until the latest is ready. */
  #generations: Generation[] = [];

  /** @param layout gives the latest one; read at every event */
  constructor(chokidar: typeof import("chokidar"), layout: () => WatchLayout, observer: FollowerObserver) {
    this.#chokidar = chokidar;
    this.#layout = layout;
    this.#observer = observer;
  }

  /** Watches all directories of the layout anew; what was watched until now is, until the new watch stands. */
  arm(): void {
    const generation: Generation = { parts: [], added: new Set(), gone: new Set() };
    this.#generations.push(generation);
    this.#open(this.#layout().directories, generation, () => {
      const previous = this.#generations.splice(0, this.#generations.indexOf(generation));
      for (const one of previous) end(one);
    });
  }

  /** After a look: watches the directories that no event told of, such as those behind a new link. */
  follow(): void {
    const latest = this.#generations.at(-1);
    if (latest === undefined) return;
    const { directories } = this.#layout();
    if ([...latest.gone].some((directory) => directories.has(directory))) return this.#observer.replaced();
    const known = new Set([...latest.parts.flatMap((part) => part.list()), ...latest.added]);
    this.#add(
      [...directories].filter((directory) => !known.has(directory)),
      latest,
    );
  }

  close(): void {
    for (const generation of this.#generations.splice(0)) end(generation);
  }

  #open(directories: Iterable<string>, generation: Generation, onReady: () => void): void {
    const wants = (directory: string): boolean => this.#layout().wants(directory);
    const part = openDirectories(this.#chokidar, topmost(directories, wants), wants, {
      ready: () => {
        onReady();
        // What was written before the watch stood is found by looking.
        this.#observer.touched();
      },
      event: (event) => this.#observe(event, generation),
      failed: (cause) => this.#observer.failed(cause),
    });
    generation.parts.push(part);
  }

  #observe({ path, isEntry }: DirectoryEvent, generation: Generation): void {
    const isOfDirectory = isEntry && generation === this.#generations.at(-1) && this.#observeEntry(path, generation);
    if (isOfDirectory || this.#layout().counts(path)) this.#observer.touched();
  }

  /** Whether the name is, or was, that of a directory, or of a link to one, in which something can count. */
  #observeEntry(path: string, generation: Generation): boolean {
    const layout = this.#layout();
    const isKnown = layout.directories.has(path) || generation.added.has(path);
    if (!isKnown && !layout.wants(path)) return false;
    const kind = kindOf(path);
    if (isKnown && kind === "directory") this.#observer.replaced();
    else if (isKnown) this.#forget(path, generation);
    else if (kind === "directory") this.#add([path], generation);
    // A look finds where a link leads to.
    return isKnown || kind !== undefined;
  }

  #add(directories: readonly string[], generation: Generation): void {
    if (directories.length === 0) return;
    for (const directory of directories) generation.added.add(directory);
    if (generation.parts.length > mostPatches) this.#observer.replaced();
    else this.#open(directories, generation, () => undefined);
  }

  #forget(directory: string, { gone }: Generation): void {
    gone.add(directory);
    if (gone.size > mostPatches) this.#observer.replaced();
  }
}

function end({ parts }: Generation): void {
  for (const part of parts) part.close();
}

function kindOf(path: string): "directory" | "link" | undefined {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats?.isDirectory() === true) return "directory";
    return stats?.isSymbolicLink() === true ? "link" : undefined;
  } catch {
    return undefined;
  }
}
