import { ProcessError } from "../errors.js";
import type { Cancellable } from "../process/cancellation.js";
import { incompleteStop } from "../process/failures.js";
import type { ManagedProcess } from "../process/managed-process.js";
import type { Fleet } from "./fleet.js";
import { type Instance, instanceOf } from "./instances.js";

export interface ScaleRequest {
  /** Name of the template. */
  readonly name: string;
  readonly instances: number;
}

const mostInstances = 10_000;

/** Makes and starts, or stops and forgets, instances of a template until there are as many as asked for. */
export async function scaleFamily(
  fleet: Fleet,
  request: ScaleRequest,
  forget: (process: ManagedProcess) => Promise<void>,
  options: Cancellable,
): Promise<readonly ManagedProcess[]> {
  requireCount(request);
  const starts = await fleet.membership.take(async () => await changeFamily(fleet, request, forget, options));
  // Not in the turn: a start may take for ever, and to scale down is how it is given up.
  await Promise.all(starts.map(async ({ start }) => await start));
  return membersOf(fleet, request.name);
}

/** A start under way, kept in an object: what is not awaited here must not be by chance. */
interface BegunStart {
  readonly start: Promise<void>;
}

async function changeFamily(
  fleet: Fleet,
  { name, instances }: ScaleRequest,
  forget: (process: ManagedProcess) => Promise<void>,
  options: Cancellable,
): Promise<readonly BegunStart[]> {
  const family = membersOf(fleet, name);
  const [model] = family;
  if (model === undefined) throw unknownFamily(fleet, name);
  const isUp = family.some(({ status }) => status.desired === "up");
  const missing = missingOf({ ...model.template, name, instances }, family);
  fleet.requireFree(missing);
  fleet.scaled.set(name, instances);
  const isOfDirectory = fleet.isOfDirectory(model);
  // Those found again at the start belong to the others from now on.
  for (const one of family) if (one.isUnclaimed) fleet.claimOrAdd(one, { isOfDirectory });
  const made = missing.map((one) => fleet.claimOrAdd(one, { isOfDirectory }));
  const starts = isUp ? made.map((process) => ({ start: process.start(options) })) : [];
  // They are awaited after the stops, and may fail before.
  for (const { start } of starts) start.catch(() => undefined);
  const surplus = family.filter(({ instance }) => instance > instances).reverse();
  await Promise.all(surplus.map(async (process) => await remove(process, forget, options)));
  return starts;
}

function requireCount({ name, instances }: ScaleRequest): void {
  if (Number.isInteger(instances) && instances >= 1 && instances <= mostInstances) return;
  const text = `${name}: cannot be scaled to ${instances}; expected a whole number from 1 to ${mostInstances}`;
  throw new ProcessError("INVALID_TEMPLATE", text, { process: name });
}

function unknownFamily({ registry }: Fleet, name: string): ProcessError {
  const family = registry.get(name)?.family;
  const hint = family === undefined ? "" : `; "${name}" is one of the processes of "${family}": scale that`;
  const text = `there is no template or process named "${name}" to scale${hint}`;
  return new ProcessError("PROCESS_NOT_FOUND", text, { process: name });
}

function missingOf(template: Instance["template"], family: readonly ManagedProcess[]): readonly Instance[] {
  const has = new Set(family.map(({ instance }) => instance));
  const numbers = Array.from({ length: template.instances }, (_none, index) => index + 1);
  return numbers.filter((number) => !has.has(number)).map((number) => instanceOf(template, number));
}

function membersOf(fleet: Fleet, name: string): readonly ManagedProcess[] {
  return fleet.registry.inFamily(name).toSorted((one, other) => one.instance - other.instance);
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
