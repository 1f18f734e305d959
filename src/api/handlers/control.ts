import type { Handlers } from "../add-routes.js";
import type { ApiContext } from "../api-context.js";

/** The manager itself. */
export function controlHandlers({ manager, os, host }: ApiContext): Pick<Handlers, "GetManager" | "Shutdown"> {
  const startedMs = os.host.now();
  return {
    GetManager: () => ({
      pid: os.host.identity.pid,
      version: host.version,
      stateDir: host.stateDir,
      startTime: new Date(startedMs).toISOString(),
      phase: host.phase(),
      processes: manager.getAllProcesses().length,
    }),
    Shutdown: async ({ keepsDetached }) => await host.shutdown({ keepsDetached: keepsDetached === true }),
  };
}
