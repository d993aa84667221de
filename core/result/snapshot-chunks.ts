import type { Slab } from '../../shaders/engine.js';
import type { Box } from '../grid/box.js';
import type { Job, Output, StateName } from '../job/job.js';
import type { Snapshot } from '../job/snapshots.js';
import { placeOf } from '../job/states.js';
import { outputChunkKey } from '../protocol/keys.js';
import { chunksOf, type OutputChunk } from './chunks.js';

/** One chunk of one snapshot: where it is stored, and which cells it holds. */
export interface SnapshotChunk {
  readonly key: string;
  readonly output: Output;
  readonly state: StateName;
  readonly chunk: OutputChunk;
  readonly slab: Slab;
}

/** All chunks that the shard in `box` stores of the snapshots that are `due` after one step, in the order in which it signs for them. */
export function snapshotChunks(job: Job, id: string, box: Box, due: readonly Snapshot[]): SnapshotChunk[] {
  return due.flatMap(({ output, index }) =>
    chunksOf(job.grid, output, box).flatMap((chunk) =>
      output.states.map((state) => {
        const { component, field } = placeOf(job, state);
        const slab: Slab = { component, field: field.name, level: 'now', box: chunk.box };
        return {
          key: outputChunkKey(id, output.name, state, index, chunk.index),
          output,
          state,
          chunk,
          slab,
        };
      }),
    ),
  );
}
