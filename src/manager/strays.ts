import type { Carrier, Os } from "../os/os.js";

/** A detached process whose manager was killed before it could write down which one it is. */
export type Stray = Carrier;

/** Detached runs no record knows of: the present one of each name, and what must not be there beside it. */
export interface Strays {
  readonly present: Map<string, Stray>;
  readonly leftovers: readonly Stray[];
}

/**
 * Finds the detached runs of a state directory, by the token in their environment, that are not among the known ones. Of
 * several runs of one name the youngest is the one that was wanted last; of its processes the one that leads a session
 * and is the oldest is the one that was started. Everything else is a leftover.
 */
export async function findStrays(token: string, known: ReadonlySet<string>, os: Os): Promise<Strays> {
  const carriers = (await os.findCarriers(`${token}.`)).filter(({ runId }) => !known.has(runId));
  const leaders = new Map<string, Stray>();
  for (const carrier of [...carriers].sort(byAge)) {
    if (carrier.leadsSession && !leaders.has(carrier.runId)) leaders.set(carrier.runId, carrier);
  }
  const present = new Map<string, Stray>();
  // Map keeps the order of insertion, so the youngest leader of a name is set last.
  for (const leader of leaders.values()) present.set(leader.name, leader);
  const wanted = new Set([...present.values()].map(({ runId }) => runId));
  return { present, leftovers: carriers.filter(({ runId }) => !wanted.has(runId)) };
}

function byAge(one: Carrier, other: Carrier): number {
  const apartTicks = one.identity.startTicks - other.identity.startTicks;
  return apartTicks === 0 ? one.identity.pid - other.identity.pid : apartTicks;
}
