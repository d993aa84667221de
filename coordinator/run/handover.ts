import { type Box, cellCount } from '../../core/grid/box.js';
import { transfers } from '../../core/grid/transfer.js';
import { holdersIn } from '../../core/protocol/holders.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';

/** A peer that has not loaded its shard, and what it waits for of one other, or of the store. */
export interface Awaited {
  readonly peer: PeerId;
  /** Who gives the cells; left out where they come from the store, or from the job's formulas. */
  readonly from?: PeerId;
  /** Cells of the grid, `0,0,0 to 64,64,64`. */
  readonly cells: string;
  /** Bytes of their state, in millions, all of them: how many have come the peer alone knows. */
  readonly megabytes: number;
  /** Steps that the giver has to make before it can give. */
  readonly stepsLeft?: number;
}

/** What a plan waits for before its first step. */
export interface Waiting {
  readonly megabytes: number;
  readonly peers: number;
  /** The largest first. */
  readonly largest: readonly Awaited[];
}

/** Of so many it is told what they wait for. */
const MOST_TOLD = 6;

/** What is known of who has loaded, and of how far those have come who give. */
export interface Standing {
  readonly isReady: (peer: PeerId) => boolean;
  /** Steps that a peer has made under the plan before; undefined where none are known. */
  readonly stepBefore: (peer: PeerId) => number | undefined;
}

/** What the peers of a plan that have not loaded yet wait for. `bytesOfCell`: of a cell's state. */
export function waitingFor(plan: Plan, bytesOfCell: number, { isReady, stepBefore }: Standing): Waiting {
  const late = holdersIn(plan).filter(({ peer }) => !isReady(peer));
  const all = late.flatMap(({ peer, shard }) => {
    const box = plan.shards[shard]?.box as Box;
    const awaited = (cells: Box) => ({
      peer,
      cells: `${cells.lo} to ${cells.hi}`,
      megabytes: (cellCount(cells) * bytesOfCell) / 1e6,
    });
    const { source } = plan;
    if (!('shards' in source)) return [awaited(box)];
    const before = source.shards.map((own) => own.box);
    return transfers(before, [box]).flatMap(({ from, box: part }): Awaited[] => {
      const giver = source.shards[from]?.peer as PeerId;
      if (giver === peer) return [];
      const step = source.kind === 'transfer' ? stepBefore(giver) : undefined;
      const stepsLeft = plan.from - (step ?? plan.from);
      return [{ ...awaited(part), from: giver, ...(stepsLeft > 0 && { stepsLeft }) }];
    });
  });
  return {
    megabytes: all.reduce((sum, { megabytes }) => sum + megabytes, 0),
    peers: late.length,
    largest: all.toSorted((a, b) => b.megabytes - a.megabytes).slice(0, MOST_TOLD),
  };
}
