import type { EngineShard, Slab, StateArray } from '../../shaders/engine.js';
import { cellCount } from '../grid/box.js';
import { type HaloRegion, haloRegions } from '../grid/halo.js';
import type { Job } from '../job/job.js';
import { stateArrays } from '../job/states.js';
import type { Plan } from '../protocol/plan.js';

/** The slabs one shard sends another in one exchange, or gets from it. */
export interface Parcel {
  /** Index of the other shard. */
  readonly shard: number;
  readonly slabs: readonly Slab[];
  /** Cells of all slabs together. */
  readonly cells: number;
}

/** One shard's part in a plan's halo exchanges; the same at every exchange. */
export interface Exchange {
  readonly outgoing: readonly Parcel[];
  readonly incoming: readonly Parcel[];
  /** Halo cells that the shard itself owns: an uncut periodic axis. */
  readonly own: { readonly source: readonly Slab[]; readonly target: readonly Slab[] };
}

/**
 * Derives the exchange from job and plan alone, so both ends agree on order and size without a word.
 * With `k` steps between exchanges and radius `r`, the newest level goes `k·r` cells deep, and what is read
 * only at a cell itself (the level before, coupled trackers) goes `(k−1)·r`: the first step needs the outermost
 * layer only as a neighbour.
 */
export function planExchange(job: Job, plan: Plan, self: number): Exchange {
  const { radius } = job.model.model;
  const boxes = plan.shards.map(({ box }) => box);
  const deep = haloRegions(job.grid, boxes, plan.exchangeEvery * radius);
  const shallow = haloRegions(job.grid, boxes, (plan.exchangeEvery - 1) * radius);
  const waves = new Set(job.model.model.fields.filter(({ kind }) => kind === 'wave').map(({ name }) => name));
  const slabs = (from: number, to: number, side: 'source' | 'target'): Slab[] => {
    const between = ({ from: f, to: t }: HaloRegion) => f === from && t === to;
    const on = (regions: readonly HaloRegion[], array: StateArray) =>
      regions.filter(between).map((region): Slab => ({ ...array, box: region[side] }));
    return stateArrays(job).flatMap((array) => {
      if (waves.has(array.field)) return on(array.level === 'now' ? deep : shallow, array);
      return job.model.coupledTrackers.has(array.field) ? on(shallow, array) : [];
    });
  };
  const parcels = (slabsWith: (other: number) => Slab[]): Parcel[] =>
    boxes
      .map((_, shard) => shard)
      .filter((shard) => shard !== self)
      .map((shard) => {
        const list = slabsWith(shard);
        return { shard, slabs: list, cells: countCells(list) };
      })
      .filter(({ cells }) => cells > 0);
  return {
    outgoing: parcels((other) => slabs(self, other, 'source')),
    incoming: parcels((other) => slabs(other, self, 'target')),
    own: { source: slabs(self, self, 'source'), target: slabs(self, self, 'target') },
  };
}

/** Reads all outgoing parcels in one call and gives each its part, of one buffer. `into`: see `EngineShard.read`. */
export async function readParcels(
  shard: EngineShard,
  parcels: readonly Parcel[],
  into?: Float32Array<ArrayBuffer>,
): Promise<Float32Array[]> {
  const all = await shard.read(
    parcels.flatMap(({ slabs }) => slabs),
    into,
  );
  let offset = 0;
  return parcels.map(({ cells }) => {
    const part = all.subarray(offset, offset + cells);
    offset += cells;
    return part;
  });
}

function countCells(slabs: readonly Slab[]): number {
  return slabs.reduce((sum, { box }) => sum + cellCount(box), 0);
}
