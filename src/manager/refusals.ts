import { ProcessError } from "../errors.js";
import { sameIdentity } from "../os/identity.js";
import type { AttachedChild } from "../os/os.js";
import type { Process } from "../process/process.js";
import { didYouMean } from "../template/suggestion.js";
import type { TemplateShelf } from "./template-shelf.js";

/** PROCESS_NOT_FOUND, with the name that may have been meant. */
export function unknownProcess(name: string, processes: readonly Process[]): ProcessError {
  const names = processes.map((process) => process.name);
  const hint = didYouMean(name, names) ?? (names.length === 0 ? "there are none" : undefined);
  const text = `there is no process named "${name}"${hint === undefined ? "" : `; ${hint}`}`;
  return new ProcessError("PROCESS_NOT_FOUND", text, { process: name });
}

/** PROCESS_NOT_FOUND, with the groups there are. */
export function unknownGroup(group: string, processes: readonly Process[]): ProcessError {
  const groups = new Set(processes.flatMap(({ template }) => (template.group === "" ? [] : [template.group])));
  const known = groups.size === 0 ? "no process has one" : `there are ${[...groups].join(", ")}`;
  return new ProcessError("PROCESS_NOT_FOUND", `there is no process in group "${group}"; ${known}`);
}

/** @throws ProcessError ILLEGAL_STATE */
export function requireTemplateDir({ hasSource }: TemplateShelf): void {
  if (hasSource) return;
  throw new ProcessError("ILLEGAL_STATE", "there is nothing to reload: this manager has no templateDir option");
}

/**
 * One process under two names would be stopped by one and started again by the other, and without its guardian what is bound to a
 * host runs on.
 *
 * @throws ProcessError ILLEGAL_STATE
 */
export function requireUnmanaged(
  { identity, commandLine }: Pick<AttachedChild, "identity" | "commandLine">,
  processes: readonly Process[],
): void {
  if (commandLine.includes("drover-guardian")) {
    const text = `process ${identity.pid} is the guardian of a manager, which sees to the end of its processes; leave it alone`;
    throw new ProcessError("ILLEGAL_STATE", text);
  }
  // The PID first: it is at hand, and the same for nearly none of thousands.
  const isSame = (process: Process): boolean =>
    process.pid === identity.pid && process.identity !== undefined && sameIdentity(process.identity, identity);
  const other = processes.find(isSame);
  if (other === undefined) return;
  const text = `process ${identity.pid} is managed as "${other.name}" already; use that handle or delete it first`;
  throw new ProcessError("ILLEGAL_STATE", text, { process: other.name });
}
