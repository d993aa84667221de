import type { Slab } from '../../shaders/engine.js';
import type { Box } from '../grid/box.js';
import { updateBoxes } from '../grid/deep.js';
import { frameOf } from '../grid/halo.js';
import { stateArrays } from '../job/states.js';
import type { Physics } from './physics.js';

/**
 * What the cells of a box are made of in some steps: its light cone, which needs no halo from anyone. Clipped to the
 * grid, except along periodic axes, where it is unwrapped.
 */
export interface Cone {
  readonly box: Box;
  readonly steps: number;
  /** Cells whose newest level, at the start, reaches the box: it grown by the stencil's radius for each step. */
  readonly held: Box;
  /** Cells of which more than the newest level does: one radius less, since all else is read only at the cell itself. */
  readonly inner: Box;
  /** What each step updates; none where the box lies wholly in the fixed edge, and never changes. */
  readonly updates: readonly Box[];
}

export function coneOf(
  { grid, model, updatable }: Pick<Physics, 'grid' | 'model' | 'updatable'>,
  box: Box,
  steps: number,
): Cone {
  const { radius } = model.model;
  return {
    box,
    steps,
    held: frameOf(grid, box, steps * radius),
    inner: frameOf(grid, box, (steps - 1) * radius),
    updates: updateBoxes(box, updatable, steps, radius, grid.dimensions),
  };
}

/** What decides which arrays there are. */
type States = Pick<Physics, 'model' | 'components'>;

/** Whose state is asked for: every array, or only the waves of one component, which is all that an audit sees. */
export type Asked = { readonly kind: 'all' } | { readonly kind: 'waves'; readonly component: number };

/** The state to ask for at the end of the cone, in the order in which its cells follow one another. */
export function endSlabs(physics: States, { box }: Cone, asked: Asked): Slab[] {
  return arraysAsked(physics, asked).map((array) => ({ ...array, box }));
}

/** The state to ask for at its start. A tracker that only watches is needed where it is compared, in the box itself. */
export function startSlabs(physics: States, { box, held, inner }: Cone, asked: Asked): Slab[] {
  const { fields } = physics.model.model;
  return arraysAsked(physics, asked).map((array): Slab => {
    const wave = fields.some(({ name, kind }) => name === array.field && kind === 'wave');
    if (wave) return { ...array, box: array.level === 'now' ? held : inner };
    return { ...array, box: physics.model.coupledTrackers.has(array.field) ? inner : box };
  });
}

function arraysAsked(physics: States, asked: Asked) {
  const all = stateArrays(physics);
  if (asked.kind === 'all') return all;
  const waves = new Set(
    physics.model.model.fields.filter(({ kind }) => kind === 'wave').map(({ name }) => name),
  );
  return all.filter(({ component, field }) => component === asked.component && waves.has(field));
}
