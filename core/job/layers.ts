import { AXES, AXIS_NAMES, type Axis, type Box, eachCellOf } from '../grid/box.js';
import type { Grid } from '../grid/grid.js';
import type { FaceKind, FacePair, Faces } from './boundary.js';
import type { JobMedium } from './job.js';

// Faces that waves leave through have a layer of cells inside the grid, which a model reads as media of their own.

/** Cells across the layer of a face. `absorbing`: enough for −60 dB (docs/decisions/0011-absorbing-faces.md). */
const LAYER_CELLS: Readonly<Partial<Record<FaceKind, number>>> = { absorbing: 10, damped: 20 };

/**
 * What layers add up to, Σ γ/c over their cells: a wave that goes through and back is weakened by exp(−2Σ), in theory.
 * `absorbing` damps only what comes back: less leaves an echo from the edge, more one from the layer's own steepness.
 * `damped`: more sends back waves of about its own thickness, less all shorter ones.
 */
const OUTWARD_SUM = 20 / 3;
const SPONGE_SUM = 2.5;

/**
 * A medium that the faces of a job fill. `outward`: strength of the absorbing layers along an axis, above 0 where its
 * far end is outwards; `sponge`: γ/c of the damped layers, per cell.
 */
export type LayerMedium = { readonly kind: 'outward'; readonly axis: Axis } | { readonly kind: 'sponge' };

/** Undefined for a medium that a job sets itself. */
export function layerMedium(name: string): LayerMedium | undefined {
  if (name === 'sponge') return { kind: 'sponge' };
  const axis = AXES.find((candidate) => name === `outward_${AXIS_NAMES[candidate]}`);
  return axis === undefined ? undefined : { kind: 'outward', axis };
}

/** The layers as the medium has them. `fixedEdge`: cells of a fixed edge, behind the layers. */
export function layersOf(
  medium: LayerMedium,
  { shape, dimensions }: Grid,
  faces: Faces,
  fixedEdge: number,
): JobMedium {
  const axes = AXES.filter((axis) => axis !== 0 || dimensions === 3);
  const profile = (axis: Axis, kind: FaceKind, sum: number) =>
    layerProfile(faces[axis], kind, sum, shape[axis], fixedEdge);
  switch (medium.kind) {
    case 'outward': {
      const { axis } = medium;
      if (!axes.includes(axis) || !faces[axis].includes('absorbing')) return NOTHING;
      const { near, far } = profile(axis, 'absorbing', OUTWARD_SUM);
      return cells((cell) => (far[cell[axis]] ?? 0) - (near[cell[axis]] ?? 0));
    }
    case 'sponge': {
      const damped = axes.filter((axis) => faces[axis].includes('damped'));
      if (damped.length === 0) return NOTHING;
      const profiles = damped.map((axis) => ({ axis, ...profile(axis, 'damped', SPONGE_SUM) }));
      return cells((cell) =>
        profiles.reduce(
          (sum, { axis, near, far }) => sum + (near[cell[axis]] ?? 0) + (far[cell[axis]] ?? 0),
          0,
        ),
      );
    }
  }
}

const NOTHING: JobMedium = { kind: 'constant', value: 0 };

const cells = (value: Parameters<typeof eachCellOf>[1]): JobMedium => ({
  kind: 'cells',
  fill: (box: Box) => eachCellOf(box, value),
});

/** γ/c along an axis for the layers of one kind: from 0 it rises with the square of the depth, and stays in the fixed edge. */
function layerProfile(pair: FacePair, kind: FaceKind, sum: number, length: number, fixedEdge: number) {
  const thickness = LAYER_CELLS[kind] ?? 0;
  const steepest = (3 * sum) / thickness;
  const at = (depth: number) =>
    depth < 0 ? 0 : steepest * ((Math.min(depth, thickness - 1) + 0.5) / thickness) ** 2;
  const along = (end: 0 | 1, depthOf: (index: number) => number) =>
    Float64Array.from({ length: pair[end] === kind ? length : 0 }, (_, index) => at(depthOf(index)));
  return {
    near: along(0, (index) => fixedEdge + thickness - 1 - index),
    far: along(1, (index) => index - (length - fixedEdge - thickness)),
  };
}

/** The first axis whose layers and fixed edges leave no cell between them, and how many cells would. */
export function crowdedAxis(
  faces: Faces,
  shape: readonly number[],
  fixedEdge: number,
): { readonly axis: Axis; readonly fewest: number } | undefined {
  const taken = (kind: FaceKind) => (LAYER_CELLS[kind] ?? 0) + (kind === 'neumann' ? 0 : fixedEdge);
  for (const axis of AXES) {
    const [near, far] = faces[axis];
    const layers = LAYER_CELLS[near] !== undefined || LAYER_CELLS[far] !== undefined;
    const fewest = taken(near) + taken(far) + 1;
    if (layers && (shape[axis] ?? 0) < fewest) return { axis, fewest };
  }
  return undefined;
}
