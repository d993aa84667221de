import type { Vetting } from '../trust/vetting.js';
import type { Troubles } from './troubles.js';

/** Whoever else finds a field infinite says so within that. */
export const HEARD_WITHIN_MS = 5_000;

/** How often it is looked whether all is looked into. */
const LOOK_MS = 1_000;

/**
 * What nobody has signed for so long after anything last moved will not come: states are copied and hashed in a second or two. Spans end
 * where epochs do: where these take longer, so many times the longest of them is waited for.
 */
const QUIET_MS = 10_000;
const QUIET_TIMES = 2;

/** However much there is to check: nothing is sealed meanwhile. */
const LONGEST_MS = 300_000;

interface DoubtTools {
  readonly vetting: Pick<Vetting, 'isCheckedBefore' | 'isComparedThrough'>;
  readonly troubles: Pick<Troubles, 'quietFor' | 'longestEpoch'>;
}

/**
 * Holds back what is done about a field that is said to be infinite, until it is known whose doing that was, as far as that can be found out:
 * until all that was computed before is signed, compared and checked. Whoever is found out meanwhile has the run go back at once.
 */
export class Doubt {
  #timer: NodeJS.Timeout | undefined;

  /**
   * Calls `decide` once, when what was computed before `step` has been looked into, `leastMs` from now or later; unless it is held anew, or
   * closed, before.
   */
  hold(step: number, leastMs: number, tools: DoubtTools, decide: () => void): void {
    this.close();
    const begun = Date.now();
    const look = () => {
      const waited = Date.now() - begun;
      const isLookedInto = waited >= leastMs && !isUnderWay(tools, step, waited);
      if (isLookedInto || waited >= LONGEST_MS) decide();
      else this.#timer = setTimeout(look, LOOK_MS);
    };
    look();
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}

/**
 * Whether something of what was computed before `step` is being checked, or is still to be signed for and may yet be. It has been held for
 * `waited` milliseconds: what was quiet before that may have been an epoch, the first of all.
 */
function isUnderWay({ vetting, troubles }: DoubtTools, step: number, waited: number): boolean {
  if (vetting.isCheckedBefore(step)) return true;
  const patience = Math.max(QUIET_MS, QUIET_TIMES * troubles.longestEpoch);
  return !vetting.isComparedThrough(step) && Math.min(waited, troubles.quietFor()) < patience;
}
