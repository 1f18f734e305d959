import type { Carrier } from "../os.js";
import type { Inspector } from "./inspector.js";

/** Living processes whose DROVER_ID begins with a text; see `Os.findCarriers`. */
export async function findCarriers(prefix: string, inspector: Inspector): Promise<readonly Carrier[]> {
  const table = await inspector.table();
  const carriers: Carrier[] = [];
  for (const { pid, session, runId } of table.entries) {
    if (pid === process.pid || runId?.startsWith(prefix) !== true) continue;
    const carrier = await holdCarrier(pid, session === pid, inspector);
    if (carrier?.runId.startsWith(prefix) === true) carriers.push(carrier);
  }
  return carriers;
}

/** Reads the environment again while the process is held: between two readings a number may change hands. */
async function holdCarrier(pid: number, leadsSession: boolean, inspector: Inspector): Promise<Carrier | undefined> {
  const probe = await inspector.open(pid);
  if (probe === undefined) return undefined;
  const [runId = "", name = ""] = (await inspector.readEnvironment(pid, ["DROVER_ID", "DROVER_NAME"])) ?? [];
  const carrier = { identity: probe.identity, runId, leadsSession, name };
  probe.release();
  return carrier;
}
