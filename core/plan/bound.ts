import { boxOfShape } from '../grid/box.js';
import type { Fleet } from './fleet.js';
import { updatesOf } from './updates.js';
import type { Work } from './work.js';

/** Seconds a step that no run is quicker than: by all peers of the fleet together, and by the fastest alone. */
export interface Bound {
  readonly together: number;
  readonly alone: number;
}

/** If nobody waited for anybody, no cell were computed twice, and starting took no time. */
export function boundOf(work: Work, { peers }: Fleet): Bound {
  const { own } = updatesOf(work, boxOfShape(work.grid.shape), 1);
  const rates = peers.map(({ rate }) => rate);
  return { together: own / rates.reduce((sum, rate) => sum + rate, 0), alone: own / Math.max(...rates) };
}
