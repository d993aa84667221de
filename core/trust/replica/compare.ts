import type { Slab } from '../../../shaders/engine.js';
import { cellCount } from '../../grid/box.js';
import type { Physics } from '../physics.js';
import { canonicalBytes } from '../roots/hash.js';

/** What a second computation of the same cells says of the first. `error`: over the tolerance's scale, the worst of all arrays. */
export type Comparison =
  | { readonly kind: 'same' }
  | { readonly kind: 'near'; readonly error: number }
  | { readonly kind: 'apart'; readonly error: number }
  | { readonly kind: 'not finite' };

/** Computed on the same numerical class: bit for bit. */
export function compareWithinClass(claimed: Float32Array, recomputed: Float32Array): Comparison {
  if (!claimed.every(Number.isFinite)) return { kind: 'not finite' };
  const [a, b] = [canonicalBytes(claimed), canonicalBytes(recomputed)];
  const same = a.length === b.length && a.every((byte, index) => byte === b[index]);
  return same ? { kind: 'same' } : { kind: 'apart', error: Number.POSITIVE_INFINITY };
}

/** Cells of a tracker that may be off. A crossing or a maximum may fall a step earlier on another class, and then differs by much. */
const TRACKER_CELLS_OFF = 0.01;

/**
 * Computed on another class: each wave within `tolerance` in relative L2. Its norm is taken with what the start of its cone would have in as many
 * cells, so that what a wave leaves behind is not held to its own smallness. Trackers may jump: 99 cells in 100 have to be
 * within the tolerance of the tracker's root mean square.
 */
export function compareAcrossClasses(
  physics: Physics,
  claimed: Float32Array,
  recomputed: Float32Array,
  slabs: { readonly start: readonly Slab[]; readonly end: readonly Slab[] },
  start: Float32Array,
  tolerance: number,
): Comparison {
  if (!claimed.every(Number.isFinite)) return { kind: 'not finite' };
  if (claimed.length !== recomputed.length) return { kind: 'apart', error: Number.POSITIVE_INFINITY };
  const [ends, starts] = [offsets(slabs.end), offsets(slabs.start)];
  const errors = slabs.end.map(({ field }, index) => {
    const part = ends[index] as Part;
    const [a, b] = [cut(claimed, part), cut(recomputed, part)];
    const wave = physics.model.model.fields.some(({ name, kind }) => name === field && kind === 'wave');
    if (!wave) return trackerError(a, b);
    const before = cut(start, starts[index] as Part);
    return norm(a, b) / (norm(b) + norm(before) * Math.sqrt(b.length / before.length) || 1);
  });
  const error = Math.max(...errors);
  return { kind: error <= tolerance ? 'near' : 'apart', error };
}

/** The difference that all but some cells stay below, over the tracker's root mean square. */
function trackerError(a: Float32Array, b: Float32Array): number {
  const apart = a.map((value, index) => Math.abs(value - (b[index] as number))).sort();
  const counted = apart[Math.max(0, Math.ceil(apart.length * (1 - TRACKER_CELLS_OFF)) - 1)] ?? 0;
  return counted === 0 ? 0 : counted / (norm(b) / Math.sqrt(b.length) || counted);
}

interface Part {
  readonly from: number;
  readonly to: number;
}

function offsets(slabs: readonly Slab[]): Part[] {
  let from = 0;
  return slabs.map(({ box }) => {
    const part = { from, to: from + cellCount(box) };
    from = part.to;
    return part;
  });
}

const cut = (cells: Float32Array, { from, to }: Part) => cells.subarray(from, to);

/** ‖a‖, or ‖a − b‖. */
function norm(a: Float32Array, b?: Float32Array): number {
  let squares = 0;
  for (const [index, value] of a.entries()) squares += (value - (b?.[index] ?? 0)) ** 2;
  return Math.sqrt(squares);
}
