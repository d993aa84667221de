import type { EngineShard, ShardSpec, Source } from '../../shaders/engine.js';
import { JobError } from '../errors.js';
import { type Box, boxOfShape, cellCount, intersect, isEmpty, shift, type Triple } from '../grid/box.js';
import { brickBox } from '../grid/bricks.js';
import { cutDense } from '../grid/dense.js';
import { periodicImages } from '../grid/halo.js';
import type { Amplitude, Job, JobSource, SourceFeed } from '../job/job.js';
import { faultOfSeries } from '../job/sources.js';
import { mediumBrickKey, sourceSeriesKey } from '../protocol/keys.js';
import { decodeCells } from '../result/cells.js';
import { decodeSeries } from '../result/series.js';
import { eachBrick, eachPiece, need, type Readable } from './load.js';

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
  objects: Readable,
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
        await eachStoredPart(job, id, field, medium.scale, held, objects, (box, cells) =>
          shard.write([slab(box)], cells),
        );
    }
  }
}

/**
 * Visits the cells of `held` that bricks of a medium's array in the store have, in every periodic image. Rejects with StoreError
 * where a brick is missing.
 */
export async function eachStoredPart(
  job: Job,
  id: string,
  field: string,
  scale: number,
  held: Box,
  objects: Readable,
  visit: (box: Box, cells: Float32Array) => Promise<void>,
): Promise<void> {
  for (const { by, box } of imagesOf(job, held, boxOfShape(job.grid.shape))) {
    await eachBrick(job, box, async (brick) => {
      const whole = brickBox(job.grid, brick);
      const bytes = await need(objects, mediumBrickKey(id, field, brick));
      const part = intersect(whole, box);
      const cells = cutDense(await decodeCells(bytes, cellCount(whole)), whole, part);
      await visit(
        shift(part, by),
        cells.map((value) => value * scale),
      );
    });
  }
}

/** A source as a shard holds it, with what it adds in the update after `step` steps. */
export interface FedSource extends Source {
  readonly amplitude: Amplitude;
}

/**
 * The job's sources that reach the shard's cells or halo: in each periodic image, in the job's order.
 * Throws StoreError when the series of one is missing, JobError where it adds more than f32 can hold.
 */
export async function sourcesIn(job: Job, id: string, held: Box, objects: Readable): Promise<FedSource[]> {
  const fed = job.sources.map(async (source): Promise<FedSource[]> => {
    const { component, field, box } = source;
    const images = imagesOf(job, held, box);
    if (images.length === 0) return [];
    const amplitude = await amplitudeOf(source, id, objects);
    return images.map((image) => ({ component, field, box: shift(image.box, image.by), amplitude }));
  });
  return (await Promise.all(fed)).flat();
}

/** Rejects with StoreError where its series is missing, JobError where it adds more than f32 can hold. */
export async function amplitudeOf(
  { name, feed }: JobSource,
  id: string,
  objects: Readable,
): Promise<Amplitude> {
  switch (feed.kind) {
    case 'known':
      return feed.amplitude;
    case 'file':
      return fedBy(name, feed, decodeSeries(await need(objects, sourceSeriesKey(id, name))));
  }
}

/** The store has what was put there, and nobody need have checked it against the job. */
function fedBy(name: string, feed: Extract<SourceFeed, { kind: 'file' }>, values: Float32Array): Amplitude {
  const fault = faultOfSeries(name, feed.weight, values);
  if (fault) throw new JobError([fault]);
  return feed.amplitudeOf(values);
}

/** The parts of a box of the grid that `held` has, in grid coordinates, and how far away it has them. */
function imagesOf({ grid }: Job, held: Box, box: Box): { readonly by: Triple; readonly box: Box }[] {
  return periodicImages(grid, held)
    .map((by) => ({ by, box: intersect(box, shift(held, [-by[0], -by[1], -by[2]])) }))
    .filter((image) => !isEmpty(image.box));
}
