/** Lets calls that pause in mid-way take effect in the order they were made. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  /**
   * Runs `submit` when all earlier ones have finished. What it resolves with, `finish`, waits for the device and
   * does not hold up the next turn.
   */
  async take<T>(submit: () => Promise<() => Promise<T>>): Promise<T> {
    const turn = this.#last.then(submit);
    this.#last = turn.then(
      () => undefined,
      () => undefined,
    );
    const finish = await turn;
    return finish();
  }
}
