import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { decodeRecord, encodeRecord, type ProcessRecord } from "../process/process-record.js";

export interface LoadedRecords {
  readonly records: readonly ProcessRecord[];
  /** Files that hold no record. */
  readonly faults: readonly RecordFault[];
}

export interface RecordFault {
  readonly file: string;
  /** What is wrong with it, in words. */
  readonly problem: string;
}

/** Reads every record of a directory, and changes nothing there. */
export function readRecords(directory: string): LoadedRecords {
  const records: ProcessRecord[] = [];
  const faults: RecordFault[] = [];
  for (const file of readdirSync(directory)
    .filter((name) => /^[^.].*\.json$/.test(name))
    .sort()) {
    const outcome = readRecord(join(directory, file));
    if ("problem" in outcome) faults.push({ file, problem: outcome.problem });
    else if (`${outcome.name}.json` === file) records.push(outcome);
    else faults.push({ file, problem: `it is the record of "${outcome.name}"` });
  }
  return { records, faults };
}

/**
 * Records of processes on disk, one file each. Written beside the event loop: fsync(2) can take long on a busy disk. Of
 * the states a process has while a write is under way only the last one is written.
 */
export class RecordStore {
  readonly #directory: string;
  readonly #warn: (message: string, error: unknown) => void;
  /** The content still to be written, by file name; undefined removes the file. */
  readonly #wanted = new Map<string, string | undefined>();
  readonly #writing = new Map<string, Promise<void>>();
  readonly #failing = new Set<string>();

  constructor(directory: string, warn: (message: string, error: unknown) => void) {
    this.#directory = directory;
    this.#warn = warn;
  }

  /**
   * Reads every record. What is none is set aside under another name, never deleted. What a killed manager was writing
   * is removed: the holder of the lock is the only one who writes here.
   */
  load(): LoadedRecords {
    for (const name of readdirSync(this.#directory)) {
      if (/^\..*\.tmp$/.test(name)) rmSync(join(this.#directory, name), { force: true });
    }
    const loaded = readRecords(this.#directory);
    for (const { file } of loaded.faults) this.setAside(file);
    return loaded;
  }

  /** Renames a file of records so that it is not read again. */
  setAside(file: string): void {
    const aside = `${file}.${new Date().toISOString().replaceAll(":", "-")}.aside`;
    renameSync(join(this.#directory, file), join(this.#directory, aside));
  }

  /** Writes a record. Resolves when it, or a later one of the same process, is on disk or could not be written. */
  write(record: ProcessRecord): Promise<void> {
    return this.#put(`${record.name}.json`, encodeRecord(record));
  }

  remove(name: string): Promise<void> {
    return this.#put(`${name}.json`, undefined);
  }

  /** Resolves when everything asked for is on disk. */
  async flush(): Promise<void> {
    await Promise.all(this.#writing.values());
  }

  #put(file: string, content: string | undefined): Promise<void> {
    this.#wanted.set(file, content);
    const writing = this.#writing.get(file) ?? this.#drain(file);
    this.#writing.set(file, writing);
    return writing;
  }

  async #drain(file: string): Promise<void> {
    while (this.#wanted.has(file)) {
      const content = this.#wanted.get(file);
      this.#wanted.delete(file);
      await this.#replace(file, content);
    }
    this.#writing.delete(file);
  }

  /** A disk that is full or read-only must not end the processes: it is told once, and the next change tries again. */
  async #replace(file: string, content: string | undefined): Promise<void> {
    try {
      if (content === undefined) await rm(join(this.#directory, file), { force: true });
      else await writeAtomically(this.#directory, file, content);
      this.#failing.delete(file);
    } catch (error) {
      const path = join(this.#directory, file);
      if (!this.#failing.has(file)) this.#warn(`the record ${path} could not be written: ${String(error)}`, error);
      this.#failing.add(file);
    }
  }
}

function readRecord(path: string): ProcessRecord | { readonly problem: string } {
  try {
    return decodeRecord(readFileSync(path, "utf8"));
  } catch (error) {
    return { problem: `it cannot be read (${error instanceof Error ? error.message : String(error)})` };
  }
}

/** After a crash there is the old content or the new, never a part of it. */
async function writeAtomically(directory: string, file: string, content: string): Promise<void> {
  const temporary = join(directory, `.${file}.${randomUUID()}.tmp`);
  try {
    await writeDurably(temporary, content);
    await rename(temporary, join(directory, file));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  // The new name is on disk only when its directory is, fsync(2).
  const handle = await open(directory, "r");
  await handle.sync().finally(() => handle.close());
}

async function writeDurably(path: string, content: string): Promise<void> {
  const handle = await open(path, "wx", 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
