import { type Box, cellCount, shapeOf } from '../core/grid/box.js';
import { defaultBrick } from '../core/grid/bricks.js';
import type { Grid } from '../core/grid/grid.js';
import { partition } from '../core/grid/partition.js';
import type { Figure } from './harness.js';

const FLEETS = 200;
const PEERS = [2, 4, 8, 16, 32];
/** Cells along an edge of the cube that is cut. */
const EDGE = 512;
/** The fastest peer of a fleet is at most so many times faster than the slowest. */
const SPREAD = 8;

/** How unevenly random fleets are loaded, and how much longer than cubes' their borders are. */
export async function bench(): Promise<Figure[]> {
  const shape = [EDGE, EDGE, EDGE] as const;
  const brick = defaultBrick(shape, 3);
  const grid: Grid = { shape, dimensions: 3, brick, periodic: [false, false, false] };
  const random = lehmer(20_240_501);

  const sizes = PEERS.map((peers) => {
    const fleets = Array.from({ length: FLEETS }, () => {
      const weights = Array.from({ length: peers }, () => SPREAD ** random());
      const shards = partition(grid, weights);
      return { imbalance: imbalance(shards, weights), border: border(shards) };
    });
    return {
      peers,
      imbalances: fleets.map(({ imbalance }) => imbalance),
      borders: fleets.map(({ border }) => border),
    };
  });

  const setting = `${FLEETS} random fleets, speeds 1 to ${SPREAD}, ${EDGE}³ in bricks of ${brick[0]}³`;
  const all = sizes.flatMap(({ imbalances }) => imbalances);
  return [
    {
      name: 'partition_imbalance',
      value: quantile(all, 0.5),
      unit: '1',
      note: `median of heaviest shard ÷ ideal share; ${PEERS.join(', ')} peers, ${setting} each`,
    },
    ...sizes.flatMap(({ peers, imbalances, borders }) => [
      {
        name: `partition_imbalance_${peers}_peers`,
        value: quantile(imbalances, 0.5),
        unit: '1',
        note: 'median',
      },
      {
        name: `partition_imbalance_${peers}_peers_p95`,
        value: quantile(imbalances, 0.95),
        unit: '1',
        note: '95th percentile',
      },
      {
        name: `partition_border_${peers}_peers`,
        value: quantile(borders, 0.5),
        unit: '1',
        note: 'median of mean shard surface ÷ that of a cube of its volume',
      },
    ]),
  ];
}

/** Time of the slowest shard ÷ time if every peer had exactly its share. */
function imbalance(shards: readonly Box[], weights: readonly number[]): number {
  const slowest = Math.max(...shards.map((shard, i) => cellCount(shard) / (weights[i] ?? 0)));
  const ideal = sum(shards.map(cellCount)) / sum(weights);
  return slowest / ideal;
}

function border(shards: readonly Box[]): number {
  const ratios = shards.map((shard) => {
    const [nz, ny, nx] = shapeOf(shard);
    return (nz * ny + ny * nx + nz * nx) / (3 * Math.cbrt(nz * ny * nx) ** 2);
  });
  return sum(ratios) / ratios.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(part * (sorted.length - 1))] ?? Number.NaN;
}

/** Lehmer's generator modulo the prime 2³¹ − 1, in (0, 1): the same fleets on every machine. */
function lehmer(seed: number): () => number {
  const modulus = 2 ** 31 - 1;
  let state = seed;
  return () => {
    state = (state * 48271) % modulus;
    return state / modulus;
  };
}
