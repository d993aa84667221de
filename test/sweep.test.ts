import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkJob } from '../core/job/check.js';
import { memoryNeeded } from '../core/job/memory.js';
import { checkSweep, memberOf } from '../core/job/sweep.js';
import { inputPrefix, outputArrayKey, resultKey } from '../core/protocol/keys.js';
import { createWasmEngine } from '../shaders/wasm/engine.js';
import { differingBits } from './bits.js';
import { Fleet, type Result } from './fleet.js';
import { paced } from './paced-engine.js';
import { pondWith } from './pond.js';

const pond = pondWith(['dirichlet', 'periodic', 'neumann', { y: 'periodic', x: 'dirichlet' }]);
const axes = checkSweep(pond);

let folder: string;
let fleet: Fleet;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'groundswell-sweep-'));
  fleet = await Fleet.start({ folder });
});
afterEach(async () => {
  await fleet.close();
  await rm(folder, { recursive: true, force: true });
});

test('each member of a sweep is what it is as a job of its own, bit for bit, in one array', async () => {
  await fleet.join();
  await fleet.join({ rate: 4e8 });
  const all = await everything(await fleet.run(pond as never));
  for (const index of [0, 11, 23]) {
    const alone = await everything(await fleet.run(memberOf(axes, pond, index).file as never));
    expect(
      differingBits(
        all.map((values) => memberIn(values, index)),
        alone,
      ),
    ).toBe(0);
  }
});

test('a coordinator that ends in the middle goes on with the members that are not done', async () => {
  // Some seconds for all of it.
  const first = await fleet.join({ engine: paced(await createWasmEngine(), () => 1e5) });
  const id = await fleet.submit(pond as never);
  await expect.poll(() => fleet.status(id).progress?.checkpoint, { timeout: 60_000 }).toBeGreaterThan(0);
  await fleet.close();
  expect(first.statuses.some(({ kind }) => kind === 'members')).toBe(true);

  fleet = await Fleet.start({ folder, resume: true });
  await expect.poll(() => fleet.status(id).reason, { timeout: 60_000 }).toMatch('waits for peers');
  const before = fleet.status(id).progress?.members?.done ?? 0;
  expect(before).toBeGreaterThan(0);
  const engine = await createWasmEngine();
  let shards = 0;
  await fleet.join({
    engine: {
      ...engine,
      createShard(spec) {
        // The pond's; what tells the engine's numerical class has three dimensions.
        if (spec.dimensions === 2) shards += 1;
        return engine.createShard(spec);
      },
    },
  });
  await fleet.done(id);
  expect(shards).toBe(axes.count - before);
  const resumed = await everything(fleet.result(id));
  expect(differingBits(resumed, await everything(await fleet.run(pond as never)))).toBe(0);
});

test('the last peer of a sweep may go when it is done with what it holds, and the sweep waits for others', async () => {
  const last = await fleet.join({ engine: paced(await createWasmEngine(), () => 1e5) });
  const id = await fleet.submit(pond as never);
  await expect.poll(() => fleet.status(id).progress?.members?.done, { timeout: 60_000 }).toBeGreaterThan(0);
  await last.contributor.leave();
  expect(fleet.status(id).reason).toMatch('waits for peers');
  await fleet.join();
  const { progress } = await fleet.done(id);
  expect(progress?.members).toMatchObject({ done: axes.count, failed: 0 });
});

test('a member that fails leaves NaN, and why; the others are there', async () => {
  await fleet.join();
  const amplitude = { field: 'initial.psi.amplitude', values: [1, 3e38, 2] };
  const id = await fleet.submit({ ...pond, sweep: { amplitude } } as never);
  const { reason, progress } = await fleet.done(id);
  expect(reason).toMatch('1 of 3 members failed; the first: diverged: psi is not finite');
  expect(progress?.members).toEqual({ count: 3, done: 2, failed: 1, running: 0 });
  const end = await fleet.result(id).output('end', 'rms2');
  const missing = [0, 1, 2].map((index) => memberIn(end, index, 3).filter(Number.isNaN).length);
  expect(missing).toEqual([0, end.length / 3, 0]);
  const root = await fleet.store.get(`${resultKey(id)}/zarr.json`);
  const { attributes } = JSON.parse(new TextDecoder().decode(root));
  expect(attributes).toMatchObject({ state: 'complete', members: 3, members_failed: 1 });
  expect(JSON.parse(attributes.failed)).toMatchObject([{ member: 1, at: { amplitude: 3e38 } }]);
});

test('a member that fits no peer is shared by several, into the same array', async () => {
  const cubes = {
    name: 'cubes',
    model: 'wave',
    grid: { shape: [24, 24, 24], spacing: 1, brick: 8 },
    time: { steps: 24 },
    parameters: { speed: 1 },
    initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3 } },
    probes: { ear: { at: { z: 12, y: 5, x: 7 }, fields: ['psi'] } },
    outputs: { end: { fields: ['psi'] } },
  };
  const sweep = { width: { field: 'initial.psi.sigma', values: [2, 3] } };
  const needed = memoryNeeded(checkJob(cubes), 'wasm');
  for (const name of ['anna', 'bert']) {
    await fleet.join({ name, engine: { ...(await createWasmEngine()), memory: 0.75 * needed } });
  }
  const all = await fleet.run({ ...cubes, sweep } as never);
  expect(fleet.events.filter(({ event }) => event === 'shared')).toHaveLength(2);
  const cubed = checkSweep({ ...cubes, sweep });
  for (const index of [0, 1]) {
    const { file } = memberOf(cubed, { ...cubes, sweep }, index);
    const alone = await fleet.run(file as never);
    const [field, series] = [await all.output('end', 'psi'), await all.probe('ear', 'psi')];
    expect(differingBits([memberIn(field, index, 2)], [await alone.output('end', 'psi')])).toBe(0);
    expect(differingBits([memberIn(series, index, 2)], [await alone.probe('ear', 'psi')])).toBe(0);
  }
});

test('members start from arrays: each from its own, and those that share one from the same', async () => {
  const rock = {
    name: 'rock',
    model: 'medium',
    grid: { shape: [16, 16], spacing: 1 },
    time: { steps: 20 },
    media: { speed: { array: 'soft.npy', max: 2 } },
    initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 2 } },
    outputs: { end: { fields: ['psi'] } },
  };
  const sweep = {
    width: { field: 'run.exchangeEvery', values: [1, 2] },
    rock: { field: 'media.speed.array', values: ['soft.npy', 'hard.npy'] },
  };
  await writeFile(
    join(folder, 'soft.npy'),
    npyOf(16, (cell) => 1 + cell / 256),
  );
  await writeFile(
    join(folder, 'hard.npy'),
    npyOf(16, (cell) => 2 - cell / 512),
  );
  await fleet.join();
  const all = await fleet.run({ ...rock, sweep } as never, folder);
  const keys: string[] = [];
  for await (const key of fleet.store.list(inputPrefix(all.id))) keys.push(key);
  expect(keys).toHaveLength(2);
  const end = await all.output('end', 'psi');
  for (const [index, array] of ['soft.npy', 'hard.npy', 'soft.npy', 'hard.npy'].entries()) {
    const file = { ...rock, media: { speed: { array, max: 2 } } };
    const alone = await fleet.run(file as never, folder);
    expect(differingBits([memberIn(end, index, 4)], [await alone.output('end', 'psi')])).toBe(0);
  }
});

test('a small member is one chunk at each snapshot', async () => {
  const id = await fleet.submit(pond as never);
  await fleet.join();
  await fleet.done(id);
  const keys: string[] = [];
  for await (const key of fleet.store.list(`${outputArrayKey(id, 'film', 'psi')}/c/`)) keys.push(key);
  expect(keys).toHaveLength(2 * axes.count);
});

function everything(result: Result): Promise<Float32Array[]> {
  return Promise.all([
    result.output('film', 'psi'),
    result.output('end', 'rms2'),
    result.probe('ear', 'psi'),
  ]);
}

/** The values of one of `count` members of equal size. */
function memberIn(values: Float32Array, index: number, count = axes.count): Float32Array {
  const length = values.length / count;
  return values.slice(index * length, (index + 1) * length);
}

/** A square of f32 as `.npy`. */
function npyOf(edge: number, valueAt: (cell: number) => number): Buffer {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${edge}, ${edge}), }`;
  const header = Buffer.alloc(128, ' ', 'latin1');
  header.write('\x93NUMPY\x01\x00', 'latin1');
  header.writeUInt16LE(118, 8);
  header.write(text, 10, 'latin1');
  header.write('\n', 127, 'latin1');
  const values = Float32Array.from({ length: edge * edge }, (_, cell) => valueAt(cell));
  return Buffer.concat([header, Buffer.from(values.buffer)]);
}
