import type { Hono } from "hono";
import type { ApiContext } from "../api-context.js";
import type { ManagerInfo } from "../manager-info.js";
import { flagField, readObject, requireFields } from "../request.js";

/** The manager itself. */
export function addControlRoutes(app: Hono, { manager, os, host }: ApiContext): void {
  const startedMs = os.host.now();
  app.get("/api/manager", (context) => {
    const { version, stateDir } = host;
    const { pid } = os.host.identity;
    const startTime = new Date(startedMs).toISOString();
    const processes = manager.getAllProcesses().length;
    return context.json({ pid, version, stateDir, startTime, phase: host.phase(), processes } satisfies ManagerInfo);
  });
  app.post("/api/shutdown", async (context) => {
    const { keepsDetached } = requireFields(await readObject(context), { keepsDetached: flagField });
    return context.json(await host.shutdown({ keepsDetached: keepsDetached === true }));
  });
}
