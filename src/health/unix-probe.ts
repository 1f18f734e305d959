import { resolve } from "node:path";
import { connectOnce } from "./connect.js";
import { describeConnectionFailure } from "./connection-failure.js";
import type { Check } from "./health-check.js";
import type { Probe, ProbeSubject } from "./probe.js";
import { requireSocketPathFits } from "./socket-path.js";
import { unlessAborted } from "./unless-aborted.js";

type UnixCheck = Extract<Check, { kind: "unix" }>;

/** Healthy when a connection is accepted, as far as can be told by the process itself or one of its tree. */
export function unixProbe(check: UnixCheck, { cwd, listensOn }: Pick<ProbeSubject, "cwd" | "listensOn">): Probe {
  const path = resolve(cwd, check.path);
  requireSocketPathFits(path);
  return async (signal) => {
    try {
      await connectOnce({ path }, signal);
    } catch (error) {
      throw new Error(describeConnectionFailure(error, path), { cause: error });
    }
    const isOwn = await unlessAborted(listensOn(path), signal);
    if (isOwn === false) throw new Error(`another process listens on ${path}`);
  };
}
