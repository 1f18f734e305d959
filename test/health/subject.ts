import { EMPTY } from "rxjs";
import type { ProbeHandle, ProbeSubject } from "../../src/health/probe.js";
import { FakeOs } from "../../src/testing/fake-os.js";

/** A process to be asked, of which only what is given matters. */
export function subjectOf(given: Partial<ProbeSubject> = {}): ProbeSubject {
  return {
    os: new FakeOs(),
    cwd: "/",
    lines$: EMPTY,
    launch: () => {
      throw new Error("nothing is launched here");
    },
    listensOn: () => Promise.resolve(undefined),
    ...given,
  };
}

/** Why the process is not healthy; undefined when it is. */
export async function reasonOf(probe: Pick<ProbeHandle, "ask">, signal?: AbortSignal): Promise<string | undefined> {
  return await probe.ask(signal ?? new AbortController().signal).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : `not an error: ${String(error)}`),
  );
}
