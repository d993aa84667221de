import { Reputation } from '../../core/trust/reputation/reputation.js';
import { Selection } from '../../core/trust/reputation/selection.js';

/** How long a cheat lasts, in spans; means over many peers. */
export interface Patience {
  /** From the first false span until it is found, that one among them. */
  readonly untilFound: number;
  /** What goes back with it: all since the last span that was checked and held. */
  readonly lost: number;
}

const NEVER: Patience = { untilFound: Number.POSITIVE_INFINITY, lost: Number.POSITIVE_INFINITY };

/**
 * Of peers that cheat in every span after `honest` good checks, each of its own key and owner, where a check finds it with probability `found`: by the rates and draws of runs.
 */
export function patienceWith(found: number, honest: number, peers: number): Patience {
  if (found === 0) return NEVER;
  const selection = new Selection(new Uint8Array(32).fill(5));
  let [spans, lost] = [0, 0];
  for (let peer = 0; peer < peers; peer += 1) {
    const reputation = new Reputation();
    const party = { key: `k${peer}`, owner: `o${peer}` };
    for (let check = 0; check < honest; check += 1) reputation.record(party, 'good');
    for (let [step, held] = [1, 0]; ; step += 1) {
      if (!selection.checks({ plan: 1, shard: peer, step }, reputation.chanceOfCheck(party))) continue;
      // A second draw of the same secret, for whether the check hits what is wrong.
      if (selection.checks({ plan: 2, shard: peer, step }, found)) {
        spans += step;
        lost += step - held;
        break;
      }
      reputation.record(party, 'good');
      held = step;
    }
  }
  return { untilFound: spans / peers, lost: lost / peers };
}
