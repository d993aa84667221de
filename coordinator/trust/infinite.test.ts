import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkJob } from '../../core/job/check.js';
import type { JobFileInput } from '../../core/job/schema.js';
import { cellOff, notFinite } from '../../core/trust/attacks.suite.js';
import type { Engine, EngineShard } from '../../shaders/engine.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import { Checker } from './checker.js';
import { type Device, deviceOf, newcomer, PlayedRun } from './played-run.suite.js';

/** The largest number of f32. */
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/** A cell of the middle one of three peers in a row, whose field is 0 elsewhere. */
const PEAK = [3, 4, 12] as const;
const boxes = [0, 8, 16].map((x) => ({ lo: [0, 0, x], hi: [8, 8, x + 8] }) as const);
const SPAN = 8;

/** `next`: what becomes of a cell in a step. */
function fileOf(next: string, amplitude: number, run: JobFileInput['run'] = {}): JobFileInput {
  return {
    name: 'infinite',
    model: {
      name: 'infinite',
      fields: { phi: 'wave' },
      constants: {},
      largestStep: 1,
      wgsl: `struct Cell { phi: f32 } fn update() -> Cell { return Cell(${next}); }`,
    },
    grid: { shape: [8, 8, 24], spacing: 1, brick: 8 },
    time: { steps: 1000, dt: 1 },
    initial: { phi: { formula: 'impulse', amplitude, at: { z: PEAK[0], y: PEAK[1], x: PEAK[2] } } },
    run: { exchangeEvery: 4, ...run },
  };
}

let plain: Device;
let checker: Checker;
beforeAll(async () => {
  plain = await deviceOf(await createWasmEngine());
  checker = new Checker(() => createWasmEngine());
});
afterAll(async () => {
  await checker.close();
  await plain.engine.close();
});

/** Who is found out of three, of whom the middle one has `device` and the others are plain. */
async function found(file: JobFileInput, device: Device, spans = 1): Promise<readonly number[]> {
  const players = await Promise.all([plain, device, plain].map((each) => newcomer(each)));
  const run = await PlayedRun.start(checkJob(file), boxes, players, { checker });
  try {
    for (let span = 0; span < spans && run.found.length === 0; span++) await run.span(SPAN);
    return run.found.map(({ shard }) => shard);
  } finally {
    await run.close();
  }
}

/** It doubles at every step, and is the largest number of all at the end of a span. */
const toTheEdge = fileOf('2.0 * phi(0, 0, 0)', LARGEST / 2 ** SPAN);

test('a device of another class that leaves the range a step sooner than the check is not found to be anything', async () => {
  const sooner = { engine: cellOff(PEAK, 1e-6).on(plain.engine), numericalClass: 'another class' };
  expect(await found(toTheEdge, sooner)).toEqual([]);
});

test('one that writes NaN into a field that is nowhere near that is found out', async () => {
  const liar = { engine: notFinite(PEAK).on(plain.engine), numericalClass: 'another class' };
  expect(await found(fileOf('phi(0, 0, 0)', 1e20), liar)).toEqual([1]);
});

test('so is one of the class of the check, however large the field is', async () => {
  expect(await found(toTheEdge, { ...plain, engine: notFinite(PEAK).on(plain.engine) })).toEqual([1]);
});

test.each([
  [30_000, []],
  [5000, [1]],
])(
  'where waves are kept in f16 NaN is let pass of a field of %i, and of %j is found',
  async (amplitude, who) => {
    const engine: Engine = { ...notFinite(PEAK).on(plain.engine), kind: 'webgpu' };
    const file = fileOf('phi(0, 0, 0)', amplitude, { keepWavesIn: 'f16' });
    expect(await found(file, { ...plain, engine })).toEqual(who);
  },
);

test('and of a smaller one, though a tracker is as large as its square: those are kept in f32', async () => {
  const engine: Engine = { ...notFinite(PEAK).on(plain.engine), kind: 'webgpu' };
  const loud: JobFileInput = {
    name: 'loud',
    model: 'wave',
    grid: { shape: [8, 8, 24], spacing: 1, brick: 8 },
    time: { steps: 1000, courant: 0.5 },
    parameters: { speed: 1 },
    initial: {
      psi: { formula: 'gaussian', amplitude: 300, sigma: 4 },
      rms2: { formula: 'gaussian', amplitude: 300 ** 2 / 2, sigma: 4 },
    },
    run: { exchangeEvery: 4, keepWavesIn: 'f16' },
  };
  expect(await found(loud, { ...plain, engine })).toEqual([1]);
});

/** Of a processor that gives NaN another sign. */
const withOtherNaNs = (engine: Engine): Engine => ({
  kind: engine.kind,
  device: engine.device,
  memory: engine.memory,
  close: () => engine.close(),
  createShard: async (spec) => {
    const shard = await engine.createShard(spec);
    const own: EngineShard = {
      bytes: shard.bytes,
      write: (slabs, data) => shard.write(slabs, data),
      advance: (updates) => shard.advance(updates),
      swapLevels: () => shard.swapLevels(),
      close: () => shard.close(),
      read: async (slabs) => signsFlipped(await shard.read(slabs)),
    };
    return own;
  },
});

function signsFlipped(cells: Float32Array): Float32Array {
  const bits = new Uint32Array(cells.slice().buffer);
  for (const [i, cell] of cells.entries()) if (Number.isNaN(cell)) bits[i] = (bits[i] as number) ^ (1 << 31);
  return new Float32Array(bits.buffer);
}

test('a processor of one class with the check that gives NaN another sign is not found to be anything', async () => {
  // Infinite at the end of the first span, so that the next one makes NaN of that.
  const growing = fileOf('4.0 * phi(0, 0, 0) - phi_before()', 1.2e34);
  expect(await found(growing, { ...plain, engine: withOtherNaNs(plain.engine) }, 3)).toEqual([]);
});

test('while it is asked who made a field infinite, whoever lies elsewhere is found', async () => {
  const growing = fileOf('4.0 * phi(0, 0, 0) - phi_before() + 0.01', 1.2e34);
  const liar = { ...plain, engine: cellOff([3, 4, 20], 1e-3).on(plain.engine) };
  const players = await Promise.all([plain, plain, liar].map((each) => newcomer(each)));
  const run = await PlayedRun.start(checkJob(growing), boxes, players, { checker });
  await run.span(SPAN);
  await run.close();
  expect(run.found).toMatchObject([{ kind: 'found out', shard: 2 }]);
});
