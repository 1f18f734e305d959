import { setMaxListeners } from "node:events";
import { ProcessError } from "../errors.js";

/** What every asynchronous method takes. `signal` means a Unix signal in drover, hence the longer name. */
export interface Cancellable {
  /** Ends the wait: the promise rejects with ABORTED. */
  readonly cancelSignal?: AbortSignal | undefined;
}

/** The promise, or ABORTED as soon as the signal is aborted. The listener is gone when the promise settles. */
export async function orAborted<Value>(promise: Promise<Value>, what: string, signal?: AbortSignal): Promise<Value> {
  if (signal === undefined) return await promise;
  // One signal may end any number of waits: each has one listener, which goes when its wait ends.
  setMaxListeners(0, signal);
  const controller = new AbortController();
  const aborted = new Promise<never>((_resolve, reject) => {
    const fail = (): void => reject(abortedError(what, signal.reason));
    if (signal.aborted) fail();
    else signal.addEventListener("abort", fail, { once: true, signal: controller.signal });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    controller.abort();
  }
}

/** ABORTED with what was cancelled and why. */
export function abortedError(what: string, reason: unknown): ProcessError {
  if (reason instanceof ProcessError) return reason;
  return new ProcessError("ABORTED", `${what} was cancelled by the caller's cancelSignal`, { cause: reason });
}

/** Before anything is done: a signal that is aborted already asks for nothing to happen. */
export function requireWanted(what: string, signal?: AbortSignal): void {
  if (signal?.aborted === true) throw abortedError(what, signal.reason);
}
