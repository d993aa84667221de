import { boxOfShape } from '../../core/grid/box.js';
import type { Job } from '../../core/job/job.js';
import { snapshotsOf } from '../../core/job/snapshots.js';
import { snapshotChunks } from '../../core/result/snapshot-chunks.js';
import { timeChunk } from '../../core/result/time-chunk.js';

/** How many chunks whoever computes a member brings to the store. `longest`: steps of the sweep's longest member. */
export function owedChunks(job: Job, longest: number): number {
  const box = boxOfShape(job.grid.shape);
  const snapshots = [...snapshotsOf(job).values()].map((due) => snapshotChunks(job, '', box, due).length);
  const series = Math.ceil(job.steps / timeChunk(longest));
  const probes = job.probes.map(({ states }) => states.length * series);
  return [...snapshots, ...probes].reduce((sum, chunks) => sum + chunks, 0);
}
