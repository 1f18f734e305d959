import { filter, firstValueFrom, from, merge } from "rxjs";
import type { ApiHost } from "../api/api-context.js";
import type { ApiServer, NetworkAccess } from "../api/server.js";
import { ProcessError } from "../errors.js";
import type { Manager } from "../manager/manager.js";
import type { Os } from "../os/os.js";
import type { Terminal } from "./terminal.js";

export interface ServeOptions {
  readonly host: ApiHost;
  /** The opening of the manager. */
  readonly opening: Promise<void>;
  readonly terminal: Terminal;
  readonly network: NetworkAccess | undefined;
}

/**
 * Serves a manager as soon as it holds its state directory, before its processes are ready. Resolves with undefined, and tells why,
 * when that cannot be done: it goes on without.
 *
 * @throws ProcessError NOT_PERMITTED when it cannot listen on the network
 */
export async function serveEarly(
  manager: Manager,
  os: Os,
  { host, opening, terminal, network }: ServeOptions,
): Promise<ApiServer | undefined> {
  const isHeld$ = manager.processes$.pipe(filter(({ type }) => type === "added"));
  const isOpen$ = from(
    opening.then(
      () => true,
      () => false,
    ),
  );
  const begun = await firstValueFrom(merge(isHeld$, isOpen$), { defaultValue: false });
  if (begun === false) return undefined;
  try {
    const { serveManager } = await import("../api/server.js");
    const server = await serveManager(manager, os, host, network);
    if (server.url !== undefined) terminal.err(`listening on ${server.url}`);
    return server;
  } catch (reason) {
    const { message, code } = ProcessError.from(reason);
    if (network !== undefined && code === "NOT_PERMITTED") throw reason;
    terminal.err(`${terminal.style("yellow", "warning:")} no other terminal can reach this manager: ${message}`);
    return undefined;
  }
}
