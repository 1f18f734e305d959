import type { Carrier, Os, Survivor } from "../os/os.js";
import { climbStopLadder, type StopLadder } from "./stop-ladder.js";

/** How processes are ended that an earlier run has left behind. */
export interface CarrierEnding extends Pick<StopLadder, "signal" | "gracePeriodMs" | "hurried" | "onSignalled"> {
  /** Told of each before it is signalled. */
  readonly onFound?: (carrier: Carrier) => void;
}

/**
 * Ends every living process that carries a DROVER_ID with this beginning, wherever it hides; gives what could not be ended.
 * One that ends by itself meanwhile, or cannot be proven to be the one that was found, is left alone.
 */
export async function endCarriers(
  os: Os,
  runIdPrefix: string,
  { onFound, ...request }: CarrierEnding,
): Promise<readonly Survivor[]> {
  const survivors: Survivor[] = [];
  for (const carrier of await os.findCarriers(runIdPrefix)) {
    const child = await os.attach(carrier.identity, carrier.runId).catch(() => undefined);
    if (child === undefined) continue;
    onFound?.(carrier);
    survivors.push(...(await climbStopLadder({ ...request, child, os })).survivors);
    child.release();
  }
  return survivors;
}
