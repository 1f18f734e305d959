import { closeSync, openSync, readSync } from "node:fs";

const record = Buffer.allocUnsafe(2048);

/** What plain Node has to do to look at processes: read a held `/proc/PID/stat` of each. */
export class HeldDescriptors implements Disposable {
  readonly #descriptors: readonly number[];

  constructor(pids: readonly number[]) {
    this.#descriptors = pids.map((pid) => openSync(`/proc/${pid}/stat`, "r"));
  }

  readAll(): void {
    for (const descriptor of this.#descriptors) readSync(descriptor, record, 0, record.length, 0);
  }

  [Symbol.dispose](): void {
    for (const descriptor of this.#descriptors) closeSync(descriptor);
  }
}
