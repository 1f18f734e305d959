import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Os } from "../os/os.js";

/**
 * Detached runs their user has deleted while they ran: the next manager leaves them alone, though they carry the token
 * of the state directory. A run is a file named by its DROVER_ID, for as long as anything of it lives.
 */
export class ForgottenRuns {
  readonly #directory: string;

  constructor(stateDirectory: string) {
    this.#directory = join(stateDirectory, "forgotten");
  }

  add(runId: string): void {
    mkdirSync(this.#directory, { mode: 0o700, recursive: true });
    writeFileSync(join(this.#directory, runId), "", { mode: 0o600 });
  }

  /** The runs that still live; the others are struck off. */
  async load(os: Os): Promise<readonly string[]> {
    const living: string[] = [];
    for (const runId of this.#list()) {
      if ((await os.findCarriers(runId)).length > 0) living.push(runId);
      else rmSync(join(this.#directory, runId), { force: true });
    }
    return living;
  }

  #list(): readonly string[] {
    try {
      return readdirSync(this.#directory);
    } catch {
      return [];
    }
  }
}
