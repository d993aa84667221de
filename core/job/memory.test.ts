import { expect, it } from 'vitest';
import type { EngineKind } from '../../shaders/engine.js';
import { checkJob } from './check.js';
import { memoryNeeded, memoryShortfall } from './memory.js';

const own = {
  name: 'own',
  wgsl: 'struct Cell { u: f32, e: f32 } fn update() -> Cell { return Cell(2.0 * u(0, 0, 0) - u_before(), e() + u(0, 0, 0)); }',
  fields: { u: 'wave', e: 'tracker' },
  largestStep: 1,
};
const job = checkJob({
  name: 'large',
  model: own,
  components: ['a', 'b'],
  grid: { shape: [1000, 1000, 500], spacing: 1 },
  time: { steps: 1 },
});

it('counts two levels of a wave and one of a tracker, for each component, four bytes a cell', () => {
  expect(memoryNeeded(job, 'wasm')).toBe(1000 * 1000 * 500 * (2 + 1) * 2 * 4);
});

it('counts a medium once for all components, and nothing where it is one number', () => {
  const media = { speed: { array: 'speed.npy', max: 1 }, damping: 0.1 };
  const inMedium = checkJob({ ...job.file, model: 'medium', components: ['a', 'b'], media });
  expect(memoryNeeded(inMedium, 'webgpu')).toBe(1000 * 1000 * 500 * (2 * 2 + 1) * 4);
});

const peersOf = (engine: EngineKind, ...bytes: number[]) => bytes.map((memory) => ({ engine, memory }));

it('counts waves half where an engine may keep them in f16, and does', () => {
  const half = checkJob({ ...job.file, run: { keepWavesIn: 'f16' } });
  expect(memoryNeeded(half, 'webgpu')).toBe(1000 * 1000 * 500 * (2 * 2 + 1 * 4) * 2);
  expect(memoryNeeded(half, 'wasm')).toBe(memoryNeeded(job, 'webgpu'));
  expect(memoryShortfall(half, peersOf('webgpu', 8e9))).toBeUndefined();
  // Each of these holds half of the cells.
  expect(memoryShortfall(half, [...peersOf('webgpu', 4e9), ...peersOf('wasm', 6e9)])).toBeUndefined();
  expect(memoryShortfall(half, [...peersOf('webgpu', 4e9), ...peersOf('wasm', 5e9)])).toMatch(
    /offer 9.00 GB/,
  );
});

it('tells how much a fleet lacks, and nothing where it suffices', () => {
  expect(memoryShortfall(job, peersOf('webgpu', 8e9, 4e9))).toBeUndefined();
  expect(memoryShortfall(job, peersOf('wasm', 8e9, 3e9))).toBe(
    'the state takes 12.0 GB, and the 2 peers together offer 11.0 GB',
  );
  expect(memoryShortfall(job, peersOf('webgpu', 8e9))).toBe(
    'the state takes 12.0 GB, and the one peer offers 8.00 GB (with --gpu-memory, a peer offers more of its GPU)',
  );
  expect(memoryShortfall(job, [])).toContain('the 0 peers together offer 0.00 GB');
});
