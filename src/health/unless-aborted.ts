/** What a promise settles with; rejects as soon as the signal is aborted, whatever becomes of the promise. */
export async function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return await new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new Error("the check was aborted"));
    promise.then(resolve, reject);
    if (signal.aborted) giveUp();
    else signal.addEventListener("abort", giveUp, { once: true });
  });
}
