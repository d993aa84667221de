import type { StartState } from './cells.js';

/** What can be timed. One call at a time. */
export interface Runner {
  /** Makes so many steps. Resolves to the seconds that they took. */
  advance(steps: number): Promise<number>;
  close(): Promise<void>;
}

/** What computes a problem from its initial state, cell for cell as all others do. */
export interface Contestant extends Runner {
  /** Puts the initial state in place. */
  start(state: StartState): Promise<void>;
  /** Of the newest level of each wave and of every tracker, component by component: see `Digest`. */
  digest(): Promise<number>;
}

/** A contestant that this machine lacks. The message says what is missing, in one line. */
export class Unavailable extends Error {}
