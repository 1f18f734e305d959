import { ProcessError } from "../errors.js";
import type { ManagedProcess } from "../process/managed-process.js";
import type { Instance } from "./instances.js";
import type { Registry } from "./registry.js";

/**
 * Throws NAME_TAKEN when a process cannot be made: there is one of its name, or one of its template with its number, or
 * its name is that of a template with several processes, by which others mean all of them. What was found again at the
 * start, and nobody has asked for, is in nobody's way.
 */
export function requireFreeName({ template: { name }, family, instance }: Instance, registry: Registry): void {
  if (registry.get(name)?.isUnclaimed === true) return;
  registry.requireFree(name);
  const isOther = (process: ManagedProcess): boolean =>
    !process.isUnclaimed && (process.family !== family || process.instance === instance);
  const other = [...registry.inFamily(name), ...registry.inFamily(family)].find(isOther);
  if (other !== undefined) throw nameTaken(name, `"${other.family}" is the template of the process "${other.name}"`);
  const namesake = registry.get(family);
  if (namesake === undefined || namesake.isUnclaimed || namesake.family === family) return;
  throw nameTaken(name, `"${family}", of which it would be an instance, is an instance of "${namesake.family}"`);
}

function nameTaken(name: string, why: string): ProcessError {
  const text = `there can be no process named "${name}", because ${why}; delete that first or choose another name`;
  return new ProcessError("NAME_TAKEN", text, { process: name });
}
