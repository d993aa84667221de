import { expect, test } from 'vitest';
import { checkJob } from '../../core/job/check.js';
import { memoryNeeded } from '../../core/job/memory.js';
import { shareOut } from './share-out.js';

const job = checkJob({
  name: 'share',
  model: 'wave',
  grid: { shape: [32, 32, 32], spacing: 1, brick: 8 },
  time: { steps: 10, courant: 0.5 },
  parameters: { speed: 1 },
  run: { peers: 1, use: 'fastest' },
});
const needed = memoryNeeded(job, 'wasm');

type Fleet = Parameters<typeof shareOut>[1];

const peersOf = (fleet: Fleet) => {
  const share = shareOut(job, fleet);
  return share.kind === 'shards' ? share.shards.map(({ peer }) => peer) : share.reason;
};

test('a peer that cannot hold one brick gets no shard, and holds nobody up', () => {
  const fleet: Fleet = [
    { id: 'anna', engine: 'wasm', rate: 1e8, memory: 1e9 },
    { id: 'tiny', engine: 'wasm', rate: 1e8, memory: 1 },
  ];
  expect(peersOf(fleet)).toEqual(['anna']);
});

test('peers too slow to help compute all the same where the job needs their memory', () => {
  const fleet: Fleet = [
    { id: 'fast', engine: 'wasm', rate: 1e9, memory: needed * 0.6 },
    { id: 'slow', engine: 'wasm', rate: 1e3, memory: needed * 0.6 },
  ];
  expect(peersOf(fleet)).toEqual(['fast', 'slow']);
  expect(peersOf(fleet.slice(0, 1))).toMatch(/the state takes .* GB, and the one peer offers/);
});

test('whatever a peer may claim of itself, the grid is shared out', () => {
  const fleet: Fleet = [
    { id: 'anna', engine: 'wasm', rate: 1e8, memory: 1e9 },
    { id: 'boastful', engine: 'wasm', rate: 1e15, memory: 1e15 },
    { id: 'modest', engine: 'wasm', rate: 1, memory: 1 },
  ];
  expect(shareOut(job, fleet).kind).toBe('shards');
});

test('a GPU that keeps waves in f16 gets the cells that its memory holds so', () => {
  const half = checkJob({ ...job.file, model: { base: 'wave', trackers: [] }, run: { keepWavesIn: 'f16' } });
  const memory = memoryNeeded(half, 'webgpu');
  const candidate = { id: 'anna', rate: 1e8, memory } as const;
  expect(shareOut(half, [{ ...candidate, engine: 'webgpu' }]).kind).toBe('shards');
  expect(shareOut(half, [{ ...candidate, engine: 'wasm' }])).toMatchObject({ kind: 'too-small' });
});
