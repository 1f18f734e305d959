import { ProcessError } from "../errors.js";
import type { ProcessManager } from "../manager/process-manager.js";
import { unknownGroup, unknownProcess } from "../manager/refusals.js";
import { ManagedProcess } from "../process/managed-process.js";
import type { Process } from "../process/process.js";
import { matchesWildcards } from "./matches-wildcards.js";

/** @throws ProcessError PROCESS_NOT_FOUND */
export function requireProcess(manager: ProcessManager, name: string): Process {
  const process = manager.getProcessByName(name);
  if (process === undefined) throw unknownProcess(name, manager.getAllProcesses());
  return process;
}

/**
 * The processes meant by a name: the one of that name, or all made from the template of that name, or with `*` and `?` all that
 * match.
 *
 * @throws ProcessError PROCESS_NOT_FOUND when there is none
 */
export function findProcesses(manager: ProcessManager, name: string): readonly Process[] {
  const exact = manager.getProcessByName(name);
  if (exact !== undefined) return [exact];
  const all = manager.getAllProcesses();
  const isPattern = /[*?]/.test(name);
  const found = all.filter((process) =>
    isPattern ? matchesWildcards(process.name, name) : familyOf(process) === name,
  );
  if (found.length > 0) return found;
  if (isPattern) throw new ProcessError("PROCESS_NOT_FOUND", `no process matches "${name}"`);
  throw unknownProcess(name, all);
}

/** @throws ProcessError PROCESS_NOT_FOUND when the group has no process */
export function findGroup(manager: ProcessManager, group: string): readonly Process[] {
  const all = manager.getAllProcesses();
  const members = all.filter(({ template }) => template.group === group);
  if (members.length === 0) throw unknownGroup(group, all);
  return members;
}

/** Name of the template it is made from. */
export function familyOf(process: Process): string {
  return process instanceof ManagedProcess ? process.family : process.name;
}

/** Whether somebody else has started it: it is left alone when everything is stopped. */
export function isForeign(process: Process): boolean {
  return process instanceof ManagedProcess && process.isForeign;
}
