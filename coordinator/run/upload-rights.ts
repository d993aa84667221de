import { AXES, type Axis, type Box, intersect, isEmpty } from '../../core/grid/box.js';
import type { Grid } from '../../core/grid/grid.js';
import type { Job } from '../../core/job/job.js';
import { checkpointBrickKey, outputChunkKey } from '../../core/protocol/keys.js';
import type { CheckpointName } from '../../core/protocol/seal.js';
import { axesOf } from '../../core/result/output.js';

/** What a peer may store: the bricks of its shard under one plan of a job. */
interface UploadRight {
  readonly job: Job;
  readonly id: string;
  readonly shard: Box;
  /** The checkpoint that is being stored now, if one is. */
  readonly checkpoint: CheckpointName | undefined;
  /** Whether it still owes its part of the snapshots of a step. */
  readonly owes: (step: number) => boolean;
}

/**
 * Whether `key` is one of the shard's bricks in the checkpoint under way, or one of the chunks that it owes of an output.
 * Metadata, seals, sealed checkpoints, other peers' bricks and other jobs are not.
 */
export function mayUpload({ job, id, shard, checkpoint, owes }: UploadRight, key: string): boolean {
  // The key is built again from the numbers in it, so that nothing but numbers can differ.
  const numbers = key.split('/').map(Number);
  if (checkpoint !== undefined) {
    const [z = 0, y = 0, x = 0] = numbers.slice(-AXES.length);
    if (key === checkpointBrickKey(id, checkpoint, [z, y, x])) return holds(job.grid, shard, AXES, [z, y, x]);
  }
  return job.outputs.some((output) => {
    const axes = axesOf(output);
    const [snapshot = 0, ...chunk] = numbers.slice(-1 - axes.length);
    return (
      owes(output.steps[snapshot] ?? 0) &&
      output.states.some((state) => key === outputChunkKey(id, output.name, state, snapshot, chunk)) &&
      holds(job.grid, intersect(shard, output.box), axes, chunk)
    );
  });
}

/** Whether the brick at `place` among the bricks along `axes` shares a cell with `box`. */
function holds({ brick }: Grid, box: Box, axes: readonly Axis[], place: readonly number[]): boolean {
  if (isEmpty(box)) return false;
  return axes.every((axis, i) => {
    const lo = (place[i] as number) * brick[axis];
    return lo < box.hi[axis] && lo + brick[axis] > box.lo[axis];
  });
}
