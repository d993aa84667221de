import { defaultBrick } from '../../core/grid/bricks.js';
import { checkJob } from '../../core/job/check.js';
import { type Work, workOf } from '../../core/plan/work.js';

/** The medium's wave equation on a cube of `edge` cells a side, cut into bricks of the usual size unless it is given. */
export function waveOn(edge: number, brick = defaultBrick([edge, edge, edge], 3)[0]): Work {
  return workOf(
    checkJob({
      name: 'simulated',
      model: 'medium',
      grid: { shape: [edge, edge, edge], spacing: 1, brick },
      time: { steps: 1000 },
      media: { speed: 1 },
    }),
  );
}
