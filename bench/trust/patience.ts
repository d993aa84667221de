import { Reputation } from '../../core/trust/reputation/reputation.js';
import { Selection } from '../../core/trust/reputation/selection.js';

/**
 * Epochs until a peer that cheats from its `honest`-th epoch on is found, where a check finds it with probability `found`; the mean over many peers, each of
 * its own key and owner.
 */
export function epochsUntilFound(found: number, honest: number, peers: number): number {
  const selection = new Selection(new Uint8Array(32).fill(5));
  let epochs = 0;
  for (let peer = 0; peer < peers; peer += 1) {
    const reputation = new Reputation();
    const party = { key: `k${peer}`, owner: `o${peer}` };
    for (let step = 0; ; step += 1) {
      const checked = selection.checks({ plan: 1, shard: peer, step }, reputation.chanceOfCheck(party));
      if (step >= honest) epochs += 1;
      // A second draw of the same secret, for whether the check hits what is wrong.
      if (checked && step >= honest && selection.checks({ plan: 2, shard: peer, step }, found)) break;
      if (checked) reputation.record(party, 'good');
    }
  }
  return epochs / peers;
}
