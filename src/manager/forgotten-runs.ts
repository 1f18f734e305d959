import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

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

  /** The runs that still live, being among `carried`; the others are struck off. */
  load(carried: ReadonlySet<string>): readonly string[] {
    const forgotten = this.#list();
    for (const runId of forgotten) {
      if (!carried.has(runId)) rmSync(join(this.#directory, runId), { force: true });
    }
    return forgotten.filter((runId) => carried.has(runId));
  }

  #list(): readonly string[] {
    try {
      return readdirSync(this.#directory);
    } catch {
      return [];
    }
  }
}
