import { type Box, cellCount } from '../../core/grid/box.js';
import { transfers } from '../../core/grid/transfer.js';
import { holdersIn } from '../../core/protocol/holders.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';

/**
 * Seconds until cells that peers hold are with those who go on with them: each part over its own link, all parts of one peer one after the
 * other, since they share its way; the busiest peer is done last. 0 where no cells change hands between peers.
 *
 * `bytesOfCell`: of a cell's state. `rateBetween`: bytes a second between two peers.
 */
export function handoverSeconds(
  plan: Pick<Plan, 'source' | 'shards' | 'shadows'>,
  bytesOfCell: number,
  rateBetween: (giver: PeerId, taker: PeerId) => number,
): number {
  const { source, shards } = plan;
  if (!('shards' in source)) return 0;
  const before = source.shards.map(({ box }) => box);
  const busy = new Map<PeerId, number>();
  for (const { peer: taker, shard } of holdersIn(plan)) {
    for (const { from, box } of transfers(before, [shards[shard]?.box as Box])) {
      const giver = source.shards[from]?.peer as PeerId;
      if (giver === taker) continue;
      const seconds = (cellCount(box) * bytesOfCell) / rateBetween(giver, taker);
      for (const end of [giver, taker]) busy.set(end, (busy.get(end) ?? 0) + seconds);
    }
  }
  return [...busy.values()].reduce((longest, seconds) => Math.max(longest, seconds), 0);
}
