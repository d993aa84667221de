import { boxOfShape, intersect, shapeOf, type Triple } from '../../core/grid/box.js';
import { checkJob } from '../../core/job/check.js';
import type { Job, StateName } from '../../core/job/job.js';
import { outputChunkKey } from '../../core/protocol/keys.js';
import { chunksOf, encodeChunk } from '../../core/result/chunks.js';
import type { Store } from '../store/store.js';
import { finishResult, type Provenance } from './finish.js';
import { ProbeSeries } from './probe-series.js';
import { startResult } from './start.js';

const common = {
  name: 'sample',
  title: 'A sample',
  model: 'wave',
  components: ['L', 'T'],
  time: { steps: 10, dt: 0.25, unit: 'rs' },
  amplitude: { unit: 'pm' },
  parameters: { speed: 1 },
} as const;

/** 10 × 12 × 21 cells in bricks of 8, so that the last brick of each axis is cut; with a volume, two planes, and probes at a cell and a plane. */
export function sampleJob({ pack = false } = {}): Job {
  return checkJob({
    ...common,
    grid: { shape: [10, 12, 21], spacing: 0.5, unit: 'am', brick: 8 },
    probes: {
      ear: { at: { z: 5, y: 6, x: 7 }, fields: ['psi.L', 'rms2.T'] },
      sheet: { at: { x: 17 }, every: 3, fields: ['psi.T'] },
    },
    outputs: {
      volume: { fields: ['psi.L', 'rms2.T'], every: 5, pack },
      floor: { fields: ['psi.T'], every: 2, plane: { z: 9 }, pack },
      wall: { fields: ['psi.L'], plane: { y: 3 } },
    },
  });
}

/** The same words on a plane: 12 × 21 cells in bricks of 8. */
export function flatJob(): Job {
  return checkJob({
    ...common,
    grid: { shape: [12, 21], spacing: 0.5, unit: 'am', brick: 8 },
    probes: { ear: { at: { y: 6, x: 7 }, fields: ['psi.L'] } },
    outputs: { end: { fields: ['psi.L'] } },
  });
}

/** A value for every cell, state and step, exact in f32. */
export function truth(state: StateName, step: number, [z, y, x]: Triple): number {
  const offset = state === 'psi.L' ? 0 : state === 'psi.T' ? 0.25 : 0.5;
  return z * 1000 + y * 50 + x - 4000 + step / 16 + offset;
}

/** Stores the chunks of all outputs as peers would, cut at brick 1 along x into two shards. */
export async function storeOutputs(store: Store, jobId: string, job: Job): Promise<void> {
  const whole = boxOfShape(job.grid.shape);
  const [nz, ny, nx] = job.grid.shape;
  const cut = job.grid.brick[2];
  const shards = [
    { lo: [0, 0, 0], hi: [nz, ny, cut] },
    { lo: [0, 0, cut], hi: [nz, ny, nx] },
  ] as const;
  for (const output of job.outputs) {
    for (const shard of shards) {
      for (const chunk of chunksOf(job.grid, output, intersect(shard, whole))) {
        for (const [snapshot, step] of output.steps.entries()) {
          for (const state of output.states) {
            const cells = fill(chunk.box.lo, shapeOf(chunk.box), (cell) => truth(state, step, cell));
            const bytes = await encodeChunk(job.grid, output, chunk, cells);
            await store.put(outputChunkKey(jobId, output.name, state, snapshot, chunk.index), bytes);
          }
        }
      }
    }
  }
}

/** Stores a complete result, as peers and coordinator would. */
export async function storeResult(
  store: Store,
  jobId: string,
  job: Job,
  provenance: Provenance = SAMPLE_PROVENANCE,
): Promise<void> {
  await startResult(store, jobId, job);
  await storeOutputs(store, jobId, job);
  const probes = new ProbeSeries(store, jobId, job);
  const steps = Array.from({ length: job.steps }, (_, i) => i + 1);
  for (const [probe, { cell, states }] of job.probes.entries()) {
    const values = steps.map((step) => states.map((name) => truth(name, step, cell)));
    await probes.add({ probe, first: 1, values });
  }
  await finishResult(store, jobId, job, { probes, provenance });
}

const SAMPLE_PROVENANCE: Provenance = {
  version: '0.0.0',
  started: new Date(0),
  ended: new Date(5000),
  wallSeconds: 4,
  peers: [{ name: 'one', engine: 'wasm', device: '2 threads', share: 1 }],
};

function fill([z0, y0, x0]: Triple, [nz, ny, nx]: Triple, value: (cell: Triple) => number): Float32Array {
  return Float32Array.from({ length: nz * ny * nx }, (_, i) =>
    value([z0 + Math.floor(i / (ny * nx)), y0 + (Math.floor(i / nx) % ny), x0 + (i % nx)]),
  );
}

/** A store in memory. */
export function memoryStore(): Store & { readonly objects: Map<string, Uint8Array> } {
  const objects = new Map<string, Uint8Array>();
  return {
    objects,
    location: 'memory',
    get: async (key, range) => {
      const bytes = objects.get(key);
      if (bytes === undefined || range === undefined) return bytes;
      const from = 'last' in range ? Math.max(0, bytes.length - range.last) : range.from;
      return bytes.slice(from, 'last' in range ? undefined : from + range.length);
    },
    put: async (key, bytes) => {
      objects.set(key, bytes.slice());
    },
    create: async (key, bytes) => {
      if (objects.has(key)) return false;
      objects.set(key, bytes.slice());
      return true;
    },
    async *list(prefix) {
      yield* [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    },
    remove: async (key) => {
      objects.delete(key);
    },
    folders: () => {
      throw new Error('results look for no folders');
    },
    getVersioned: () => Promise.reject(new Error('results need no versions')),
    replace: () => Promise.reject(new Error('results need no versions')),
    uploadAddress: async (key) => `/store/${key}`,
  };
}
