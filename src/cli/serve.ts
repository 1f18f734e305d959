import { filter, firstValueFrom, from, merge } from "rxjs";
import type { ApiHost } from "../api/api-context.js";
import type { ApiServer } from "../api/server.js";
import { ProcessError } from "../errors.js";
import type { Manager } from "../manager/manager.js";
import type { Os } from "../os/os.js";
import type { Terminal } from "./terminal.js";

/**
 * Serves a manager as soon as it holds its state directory, before its processes are ready. Resolves with undefined, and tells why,
 * when that cannot be done: it goes on without.
 *
 * @param opening the opening of the manager
 */
export async function serveEarly(
  manager: Manager,
  os: Os,
  { host, opening, terminal }: { host: ApiHost; opening: Promise<void>; terminal: Terminal },
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
    return await serveManager(manager, os, host);
  } catch (reason) {
    const { message } = ProcessError.from(reason);
    terminal.err(`${terminal.style("yellow", "warning:")} no other terminal can reach this manager: ${message}`);
    return undefined;
  }
}
