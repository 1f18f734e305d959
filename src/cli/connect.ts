import { type Client, createClientAt } from "../api/client.js";
import { socketPathIn } from "../api/socket-path.js";
import { findStateDir } from "./find-state-dir.js";

/** Options of every command that talks to a manager. */
export interface ClientFlags {
  readonly stateDir?: string;
}

/** The manager a command is meant for. Nothing is sent yet. */
export function connect({ stateDir }: ClientFlags): Client {
  return createClientAt({ socketPath: socketPathIn(findStateDir(stateDir, process.cwd())) });
}
