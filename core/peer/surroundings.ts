import type { EngineShard, ShardSpec, Source } from '../../shaders/engine.js';
import { type Box, boxOfShape, cellCount, intersect, isEmpty, shift, type Triple } from '../grid/box.js';
import { brickBox } from '../grid/bricks.js';
import { cutDense } from '../grid/dense.js';
import { periodicImages } from '../grid/halo.js';
import type { Job } from '../job/job.js';
import { mediumBrickKey } from '../protocol/keys.js';
import { decodeCells } from '../result/cells.js';
import { eachBrick, eachPiece, need } from './load.js';
import type { Objects } from './objects.js';

// What a shard is given of its job besides its state: media and sources. All in unwrapped coordinates.

/** How an engine keeps the job's media. */
export function mediaSpec({ media }: Job): NonNullable<ShardSpec['media']> {
  return Object.fromEntries(
    [...media].map(([name, medium]) => [name, medium.kind === 'constant' ? medium.value : 'cells']),
  );
}

/**
 * Fills the media that are kept as cells, over all cells of the grid that the shard holds, halo included.
 * Throws StoreError when a brick of an array is missing.
 */
export async function loadMedia(
  job: Job,
  id: string,
  held: Box,
  shard: EngineShard,
  objects: Objects,
): Promise<void> {
  for (const [field, medium] of job.media) {
    const slab = (box: Box) => ({ component: 0, field, level: 'now', box }) as const;
    switch (medium.kind) {
      case 'constant':
        break;
      case 'cells':
        await eachPiece(held, (piece) => shard.write([slab(piece)], medium.fill(piece)));
        break;
      case 'array':
        for (const { by, box } of imagesOf(job, held, boxOfShape(job.grid.shape))) {
          await eachBrick(job, box, async (brick) => {
            const whole = brickBox(job.grid, brick);
            const bytes = await need(objects, mediumBrickKey(id, field, brick));
            const part = intersect(whole, box);
            const cells = cutDense(await decodeCells(bytes, cellCount(whole)), whole, part);
            await shard.write(
              [slab(shift(part, by))],
              cells.map((value) => value * medium.scale),
            );
          });
        }
    }
  }
}

/** A source as a shard holds it, with what it adds in the update after `step` steps. */
export interface FedSource extends Source {
  readonly amplitude: (step: number) => number;
}

/** The job's sources that reach the shard's cells or halo: in each periodic image, in the job's order. */
export function sourcesIn(job: Job, held: Box): FedSource[] {
  return job.sources.flatMap(({ component, field, box, amplitude }) =>
    imagesOf(job, held, box).map(
      (image): FedSource => ({ component, field, box: shift(image.box, image.by), amplitude }),
    ),
  );
}

/** The parts of a box of the grid that `held` has, in grid coordinates, and how far away it has them. */
function imagesOf({ grid }: Job, held: Box, box: Box): { readonly by: Triple; readonly box: Box }[] {
  return periodicImages(grid, held)
    .map((by) => ({ by, box: intersect(box, shift(held, [-by[0], -by[1], -by[2]])) }))
    .filter((image) => !isEmpty(image.box));
}
