import type { TakenOverError } from '../core/errors.js';
import { Refusal } from './http/refusal.js';
import { Lease, type TakeOptions } from './lease/lease.js';
import type { Store } from './store/store.js';

type State =
  /** Another coordinator works on the store. */
  | { readonly kind: 'standby' }
  | { readonly kind: 'active'; readonly lease: Lease }
  /** Another has taken over, or this one ends. */
  | { readonly kind: 'over' };

/** Whether this coordinator is the one that works on its store. */
export class Standing {
  /** Resolves with the term when it is. Rejects where that cannot come: refused, closed, a store that fails. */
  readonly active: Promise<number>;
  /** Resolves when it is active, or has found that it must wait. Rejects as `active` does. */
  readonly known: Promise<void>;
  /** Resolves when another has taken over. */
  readonly lost: Promise<TakenOverError>;
  readonly #waiting = new AbortController();
  #state: State = { kind: 'standby' };

  constructor(store: Store, whileTaken: TakeOptions['whileTaken']) {
    let onWaiting: () => void = () => {};
    const waits = new Promise<void>((resolve) => {
      onWaiting = whileTaken === 'wait' ? resolve : () => {};
    });
    const taken = Lease.take(store, {
      whileTaken,
      onWaiting: () => onWaiting(),
      signal: this.#waiting.signal,
    });
    this.active = taken.then((lease) => {
      this.#state = { kind: 'active', lease };
      return lease.term;
    });
    this.known = Promise.race([waits, this.active.then(() => {})]);
    this.lost = new Promise((resolve) => {
      taken.then(
        async (lease) => {
          const error = await lease.lost;
          this.#state = { kind: 'over' };
          resolve(error);
        },
        () => {},
      );
    });
    // Whoever awaits them is told; one that stands by may end without anybody asking.
    this.active.catch(() => {});
    this.known.catch(() => {});
  }

  get kind(): State['kind'] {
    return this.#state.kind;
  }

  /** @throws Refusal 503 where another coordinator is to be asked. */
  require(): void {
    switch (this.#state.kind) {
      case 'active':
        return;
      case 'standby':
        throw new Refusal(
          503,
          'standby',
          'this coordinator stands by; another one works, and is to be asked',
        );
      case 'over':
        throw new Refusal(503, 'over', 'this coordinator ends; ask again soon, or another one');
    }
  }

  /** Stops waiting, and gives the lease back. */
  async close(): Promise<void> {
    const state = this.#state;
    this.#state = { kind: 'over' };
    this.#waiting.abort();
    if (state.kind === 'active') await state.lease.close();
  }
}
