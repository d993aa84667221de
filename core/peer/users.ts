/** Says that one use of something has ended. Once is enough, and more does no harm. */
export type Done = () => void;

/** Those who use the same memory at a time: once all of them have said that they are done, it is free. */
export class Users {
  readonly #onFree: () => void;
  #count = 0;

  constructor(onFree: () => void) {
    this.#onFree = onFree;
  }

  /** One more uses it. Only to be called by one who does, or before anybody is done. */
  join(): Done {
    this.#count += 1;
    let isUsing = true;
    return () => {
      if (!isUsing) return;
      isUsing = false;
      this.#count -= 1;
      if (this.#count === 0) this.#onFree();
    };
  }
}
