import type { Slab, WaveFormat } from '../../shaders/engine.js';
import type { Job } from '../job/job.js';
import { partsOf } from '../parcel/parcel.js';

/**
 * From so large a number on a device may leave the range where another one does not yet: what a model makes of it on the way, as its square
 * or its sum with others, is larger than what comes of it in the end. f32 ends at 3.4e38, and f16 at 65504.
 */
const EDGE: Readonly<Record<WaveFormat, number>> = { f32: 1e30, f16: 2 ** 14 };

export const areFinite = (all: readonly Float32Array[]): boolean =>
  all.every((cells) => cells.every(Number.isFinite));

/**
 * Whether one of the cells of `slabs` is finite, and at the edge of the range of what a device keeps it in: `waves` in that format, and
 * trackers in f32 always.
 */
export function reachesEdge(
  { model }: Pick<Job, 'model'>,
  slabs: readonly Slab[],
  cells: Float32Array,
  waves: WaveFormat,
): boolean {
  const edges = new Map(
    model.model.fields.map(({ name, kind }) => [name, EDGE[kind === 'wave' ? waves : 'f32']]),
  );
  return partsOf(slabs, cells).some((part) => {
    const edge = edges.get(part.field) as number;
    return part.cells.some((cell) => Math.abs(cell) >= edge && Number.isFinite(cell));
  });
}
