import { wait } from 'lib0/promise';
import type { Socket } from './socket.js';

/** Enough for a coordinator that restarts, and not so much that a person waits for nothing. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Milliseconds to wait before try number `attempt`, counted from 0. Doubles up to half a minute, less a random
 * part of up to one half, so that a thousand tabs do not come back to a restarted coordinator at once.
 * `random` gives numbers in [0, 1).
 */
export function pauseBefore(attempt: number, random: () => number = Math.random): number {
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
  return longest * (1 - random() / 2);
}

export interface ReconnectOptions {
  /** Opens a socket; rejects where it cannot. */
  readonly connect: () => Promise<Socket>;
  /**
   * One life of the connection. Resolves when it is over: `again` after one that worked, `later` after one
   * that did not come to anything, `never` where it is over for good.
   */
  readonly live: (socket: Socket) => Promise<'again' | 'later' | 'never'>;
  /** Before each pause. `reason` is why the last try came to nothing, if it threw. */
  readonly pausing?: (milliseconds: number, reason: unknown) => void;
  readonly pause?: (milliseconds: number) => Promise<void>;
}

/** Connects, and connects again, until `live` says never or `stopped` says so. */
export async function keepConnected(
  { connect, live, pausing = () => {}, pause = wait }: ReconnectOptions,
  stopped: () => boolean = () => false,
): Promise<void> {
  for (let attempt = 0; !stopped(); attempt++) {
    let reason: unknown;
    try {
      const outcome = await live(await connect());
      if (outcome === 'never') return;
      if (outcome === 'again') attempt = 0;
    } catch (error) {
      reason = error;
    }
    if (stopped()) return;
    const milliseconds = pauseBefore(attempt);
    pausing(milliseconds, reason);
    await pause(milliseconds);
  }
}
