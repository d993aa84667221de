import type { Box } from '../grid/box.js';
import type { Grid } from '../grid/grid.js';
import type { Job } from '../job/job.js';
import { BYTES_OF_CELL, bytesOfCell } from '../job/memory.js';

/** What a job asks of whoever computes it. */
export interface Work {
  readonly grid: Grid;
  /** The grid less its fixed edge; ±Infinity along periodic axes. */
  readonly updatable: Box;
  /** Of the stencil, in cells. */
  readonly radius: number;
  /** Components: how often a step updates each cell. */
  readonly updatesOfCell: number;
  /** Bytes that a cell takes where it is held, media included: on an engine that keeps f32, which is the most. */
  readonly bytesHeld: number;
  /** Bytes of a cell of a halo, of what goes steps · radius deep. */
  readonly bytesDeep: number;
  /** Bytes of a cell of a halo, of what goes (steps − 1) · radius deep. */
  readonly bytesShallow: number;
  /** Steps of an epoch at most. */
  readonly longestEpoch: number;
}

export function workOf(job: Job): Work {
  const { model, coupledTrackers } = job.model;
  const { fields, radius } = model;
  const waves = fields.filter(({ kind }) => kind === 'wave').length;
  const components = job.components.length;
  return {
    grid: job.grid,
    updatable: job.updatable,
    radius,
    updatesOfCell: components,
    bytesHeld: bytesOfCell(job, 'wasm'),
    bytesDeep: waves * components * BYTES_OF_CELL,
    bytesShallow: (waves + coupledTrackers.size) * components * BYTES_OF_CELL,
    longestEpoch: job.run.longestEpoch,
  };
}
