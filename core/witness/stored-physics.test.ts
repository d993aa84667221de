import { expect, test } from 'vitest';
import { type Box, cellCount, eachCellOf, type Triple } from '../grid/box.js';
import { brickBox, bricksOf } from '../grid/bricks.js';
import { checkJob } from '../job/check.js';
import { mediumBrickKey, sourceSeriesKey } from '../protocol/keys.js';
import { encodeCells } from '../result/cells.js';
import { encodeSeries } from '../result/series.js';
import { storedPhysics } from './stored-physics.js';

const EDGE = 8;
const ID = 'stored-1';

const job = checkJob({
  name: 'stored',
  model: 'medium',
  grid: { shape: [EDGE, EDGE, EDGE], spacing: 1, brick: 4 },
  time: { steps: 4, dt: 0.1 },
  boundary: { z: 'dirichlet', y: 'dirichlet', x: 'periodic' },
  media: { speed: { array: 'ground.npy', max: 2 } },
  sources: {
    hum: {
      field: 'psi',
      at: { z: 3, y: 3, x: 3 },
      amplitude: 2,
      signal: { shape: 'series', file: 'hum.npy' },
    },
  },
});

/** Another number for each cell. */
const ground = ([z, y, x]: Triple) => 1 + (z * 64 + y * 8 + x) / 1024;
const SERIES = Float32Array.of(0, 3, -2, 5);

const store = new Map<string, Uint8Array>();
const objects = { get: async (key: string) => store.get(key) };

test('media are those of the store across a period too, and sources add what its series say', async () => {
  for (const brick of bricksOf(job.grid, { lo: [0, 0, 0], hi: job.grid.shape })) {
    const cells = eachCellOf(brickBox(job.grid, brick), ground);
    store.set(mediumBrickKey(ID, 'speed', brick), await encodeCells(cells));
  }
  store.set(sourceSeriesKey(ID, 'hum'), encodeSeries(SERIES));
  const { media, sources } = await storedPhysics(job, ID, objects);
  const medium = media.get('speed');
  if (typeof medium !== 'function') throw new TypeError('an array of speeds is no number');
  const box: Box = { lo: [2, 3, -3], hi: [5, 7, 2] };
  const { scale } = job.media.get('speed') as { readonly scale: number };
  const wrapped = eachCellOf(box, ([z, y, x]) => Math.fround(ground([z, y, (x + EDGE) % EDGE])) * scale);
  expect(cellCount(box)).toBe(wrapped.length);
  expect(await medium(box)).toEqual(wrapped);
  const [feed] = job.sources.map((source) => source.feed);
  if (feed?.kind !== 'file') throw new TypeError('the series is in a file');
  const due = [0, 1, 2, 3].map(feed.amplitudeOf(SERIES));
  expect([0, 1, 2, 3].map((step) => sources[0]?.amplitude(step))).toEqual(due);
  expect(new Set(due).size).toBe(4);
});
