import { startsWithManager } from "../manager/start-up.js";
import type { Process } from "../process/process.js";
import type { Progress } from "./progress.js";

/** How many of those that start with a manager have come as far as that waits for. */
export function readStart(processes: readonly Process[]): Progress {
  const marked = processes.filter(({ template }) => startsWithManager(template));
  const waiting = marked.filter(({ status }) => status.lifecycle === "initial" || status.lifecycle === "starting");
  return { doing: "starting", total: marked.length, waiting: waiting.map(({ name }) => name) };
}

/** How many of some processes have ended. */
export function readStop(processes: readonly Process[]): Progress {
  const waiting = processes.filter((process) => process.isAlive());
  return { doing: "stopping", total: processes.length, waiting: waiting.map(({ name }) => name) };
}
