import { ProcessError } from "../errors.js";
import type { Cancellable } from "../process/cancellation.js";
import { incompleteStop } from "../process/failures.js";
import type { ManagedProcess } from "../process/managed-process.js";
import type { Fleet } from "./fleet.js";
import { instanceOf } from "./instances.js";

export interface ScaleRequest {
  /** Name of the template. */
  readonly name: string;
  readonly instances: number;
}

const mostInstances = 10_000;

/** Makes and starts, or stops and forgets, instances of a template until there are as many as asked for. */
export async function scaleFamily(
  fleet: Fleet,
  { name, instances }: ScaleRequest,
  forget: (process: ManagedProcess) => Promise<void>,
  options: Cancellable,
): Promise<readonly ManagedProcess[]> {
  const family = membersOf(fleet, name);
  const [model] = family;
  if (model === undefined) {
    throw new ProcessError("PROCESS_NOT_FOUND", `there is no template or process named "${name}" to scale`, {
      process: name,
    });
  }
  if (!Number.isInteger(instances) || instances < 1 || instances > mostInstances) {
    const text = `${name}: cannot be scaled to ${instances}; expected a whole number from 1 to ${mostInstances}`;
    throw new ProcessError("INVALID_TEMPLATE", text, { process: name });
  }
  const isUp = family.some(({ status }) => status.desired === "up");
  const template = { ...model.template, name, instances };
  const has = new Set(family.map(({ instance }) => instance));
  const missing = Array.from({ length: instances }, (_none, index) => index + 1).filter((number) => !has.has(number));
  const made = missing.map((number) => {
    const one = instanceOf(template, number);
    return fleet.add(one.template, one);
  });
  const surplus = family.filter(({ instance }) => instance > instances).reverse();
  await Promise.all([
    ...(isUp ? made.map(async (process) => await process.start(options)) : []),
    ...surplus.map(async (process) => await remove(process, forget, options)),
  ]);
  return membersOf(fleet, name);
}

function membersOf(fleet: Fleet, name: string): readonly ManagedProcess[] {
  const members = fleet.registry.all().filter(({ family }) => family === name);
  return members.sort((one, other) => one.instance - other.instance);
}

async function remove(
  process: ManagedProcess,
  forget: (process: ManagedProcess) => Promise<void>,
  options: Cancellable,
): Promise<void> {
  const { survivors } = await process.stopAndWait(options);
  if (survivors.length > 0) throw incompleteStop(process.name, survivors);
  await forget(process);
}
