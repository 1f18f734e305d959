import type { Process } from "../../process/process.js";
import { maskText } from "../../template/mask-secrets.js";
import type { Handlers } from "../add-routes.js";
import type { ApiContext } from "../api-context.js";
import { requireProcess } from "../find-process.js";
import { LogSource } from "../log-source.js";
import { runCommand } from "../run-command.js";

const messages = {
  start: "Process started",
  stop: "Process stopped",
  restart: "Process restart initiated",
} as const;

type Names = "PmListProcesses" | "PmStartProcess" | "PmStopProcess" | "PmRestartProcess" | "PmReadLog";

/** The routes of PocketBase's processman, with its bodies, for programs written against those. */
export function pmHandlers({ manager }: ApiContext): Pick<Handlers, Names> {
  const command =
    (verb: keyof typeof messages) =>
    async ({ id: asked = "" }: { readonly id?: string | undefined }) => {
      const { name: id } = requireProcess(manager, asked);
      const [done] = await runCommand(manager, { verb, selection: { names: [id] }, waits: true, stop: {} });
      if (done?.error !== undefined) throw done.error;
      return { message: messages[verb], id };
    };
  return {
    PmListProcesses: () => ({ processes: manager.getAllProcesses().map(describe) }),
    PmStartProcess: command("start"),
    PmStopProcess: command("stop"),
    PmRestartProcess: command("restart"),
    PmReadLog: async ({ id = "", lines = 0 }) => {
      const process = requireProcess(manager, id);
      const told = await new LogSource([process]).tail({ lines, filter: {} });
      return { id: process.name, logs: told.map(({ line }) => line) };
    },
  };
}

function describe(process: Process) {
  const { name: id, status, uptime } = process;
  return {
    id,
    pid: status.pid ?? 0,
    status: statusOf(process),
    startTime: status.startedAt?.toISOString() ?? "",
    uptime: describeUptime(uptime),
    restartCount: status.restarts,
    lastError: maskText(status.lastError?.message ?? ""),
  };
}

function statusOf({ status }: Process): "running" | "stopped" | "failed" | "starting" {
  if (status.pid !== undefined) return "running";
  if (status.supervision.kind === "gave-up" || status.lifecycle === "failed") return "failed";
  return status.lifecycle === "starting" || status.supervision.kind === "waiting" ? "starting" : "stopped";
}

/** The way Go writes it: `2h30m15s`. */
function describeUptime(uptimeMs: number): string {
  const seconds = Math.floor(uptimeMs / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = `${seconds % 60}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}
