import type { AttachedChild, Carrier, Os } from "../os/os.js";
import type { ProcessRecord } from "../process/process-record.js";

/** A detached process whose manager was killed before it could write down which one it is. */
export interface Stray {
  readonly name: string;
  readonly runId: string;
  readonly child: AttachedChild;
}

/**
 * Detached runs of this state directory that no record knows, by name: known by the token in their environment. Of the
 * processes of such a run the oldest is the one that was started; what it has started itself came later.
 */
export async function findStrays(
  token: string,
  records: readonly ProcessRecord[],
  os: Os,
): Promise<Map<string, Stray>> {
  const known = new Set(records.map(({ run }) => run?.runId));
  const carriers = await os.findCarriers(`${token}.`);
  const strays = new Map<string, Stray>();
  for (const { name, runId, identity } of carriers.filter((carrier) => !known.has(carrier.runId)).sort(byAge)) {
    if (strays.has(name)) continue;
    const child = await os.attach(identity, runId).catch(() => undefined);
    if (child !== undefined) strays.set(name, { name, runId, child });
  }
  return strays;
}

function byAge(one: Carrier, other: Carrier): number {
  const apartTicks = one.identity.startTicks - other.identity.startTicks;
  return apartTicks === 0 ? one.identity.pid - other.identity.pid : apartTicks;
}
