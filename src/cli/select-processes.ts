import { matchesWildcards } from "../api/matches-wildcards.js";
import type { ProcessInfo } from "../api/process-info.js";
import { ProcessError } from "../errors.js";

/** Which processes are wanted: those of the names that are in the group; all without either. */
export interface Wanted {
  readonly names: readonly string[];
  readonly group?: string | undefined;
}

/** Whether a name means a process: by itself, as a pattern with `*` and `?`, or as the template it is an instance of. */
export function isMeantBy(name: string, process: string): boolean {
  if (/[*?]/.test(name)) return matchesWildcards(process, name);
  return process === name || (process.startsWith(`${name}-`) && /^\d+$/.test(process.slice(name.length + 1)));
}

export function selectProcesses(all: readonly ProcessInfo[], { names, group }: Wanted): readonly ProcessInfo[] {
  return all
    .filter((process) => group === undefined || process.group === group)
    .filter((process) => names.length === 0 || names.some((name) => isMeantBy(name, process.name)));
}

/** @throws ProcessError PROCESS_NOT_FOUND for a name or a group that means none */
export function requireWanted(all: readonly ProcessInfo[], { names, group }: Wanted): void {
  const fix = "`drover list` shows them all";
  if (group !== undefined && !all.some((process) => process.group === group)) {
    throw new ProcessError("PROCESS_NOT_FOUND", `no process is in the group "${group}"; ${fix}`);
  }
  const unknown = names.filter((name) => !all.some((process) => isMeantBy(name, process.name)));
  if (unknown.length === 0) return;
  const quoted = unknown.map((name) => `"${name}"`).join(", ");
  throw new ProcessError("PROCESS_NOT_FOUND", `no process is named or matches ${quoted}; ${fix}`);
}
