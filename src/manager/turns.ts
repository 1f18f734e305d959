/** Lets one thing be done after the other, in the order of the calls. A failure of one does not concern the next. */
export class Turns {
  #tail: Promise<unknown> = Promise.resolve();

  async take<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => undefined);
    return await result;
  }
}
