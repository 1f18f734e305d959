import type { Handlers } from "../add-routes.js";
import type { ApiContext } from "../api-context.js";
import { describeProcess } from "../describe-process.js";
import { describeMetrics } from "../metrics.js";
import { describeOpenApi } from "../openapi.js";
import type { ProcessInfo } from "../process-info.js";

/** How the manager and its processes are, for other programs that watch over them. */
export function healthHandlers(api: ApiContext): Pick<Handlers, "GetHealth" | "GetMetrics" | "GetOpenApi"> {
  const { manager, os, host, usage, counters } = api;
  const startedMs = os.host.now();
  return {
    GetHealth: () => {
      const details = manager.getAllProcesses().map((process) => describeProcess(process, undefined));
      const nowMs = os.host.now();
      return {
        status: details.every(isAsWanted) ? "healthy" : "degraded",
        phase: host.phase(),
        version: host.version,
        timestamp: new Date(nowMs).toISOString(),
        uptime: Math.round((nowMs - startedMs) / 1000),
        processes: { total: details.length, running: details.filter(({ isRunning }) => isRunning).length, details },
      };
    },
    GetOpenApi: (_request, context) => context.json(describeOpenApi(host.version)),
    GetMetrics: async (_request, context) => {
      const used = await usage.look();
      const processes = manager.getAllProcesses().map((process) => describeProcess(process, used.get(process)));
      return context.text(describeMetrics(processes, counters), 200, { "content-type": "text/plain; version=0.0.4" });
    },
  };
}

/** Whether it works, or rests because nothing else was asked of it. */
function isAsWanted({ desired, isRunning, health, supervision, lastError }: ProcessInfo): boolean {
  if (desired === "down") return true;
  return isRunning ? health !== "unhealthy" : supervision === "watching" && lastError === "";
}
