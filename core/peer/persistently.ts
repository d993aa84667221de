import { StoreUnavailableError } from '../errors.js';
import { after } from '../links/timer.js';

/** How often the store is asked, and how long is waited in between. */
export interface Persistence {
  readonly tries: number;
  readonly pause: (milliseconds: number) => Promise<void>;
  /** Told of each failure before the pause; what it throws ends the trying. */
  readonly onFailure?: (error: StoreUnavailableError) => void;
}

/** As often as the coordinator itself asks a store: about 6 s of pauses. */
export const USUAL_PERSISTENCE: Persistence = {
  tries: 7,
  pause: (milliseconds) => new Promise((resolve) => after(milliseconds, resolve)),
};

const FIRST_PAUSE_MS = 200;
/** A store that comes back is noticed within this. */
const LONGEST_PAUSE_MS = 5_000;

/**
 * Does `work` again for as long as the store is merely unavailable. The pauses double, and each is a random part of
 * its whole length, so that many peers who failed together do not come back together. `attempt` counts from 1.
 * @throws whatever the last try threw, and at once what is no StoreUnavailableError.
 */
export async function persistently<T>(
  work: (attempt: number) => Promise<T>,
  { tries, pause, onFailure }: Persistence = USUAL_PERSISTENCE,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work(attempt);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError) || attempt >= tries) throw error;
      onFailure?.(error);
      await pause(Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1)));
    }
  }
}
