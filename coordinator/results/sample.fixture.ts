import { boxOfShape, intersect, shapeOf, type Triple } from '../../core/grid/box.js';
import type { Grid } from '../../core/grid/grid.js';
import type { Job, StateName } from '../../core/job/job.js';
import { jobFileSchema } from '../../core/job/schema.js';
import { outputChunkKey } from '../../core/protocol/keys.js';
import { chunksOf, encodeChunk } from '../../core/result/chunks.js';
import type { Model } from '../../shaders/model.js';
import type { Store } from '../store/store.js';

/** A model in name only: results need its words, not its arithmetic. */
const model: Model = {
  name: 'sample',
  title: 'A wave and its mean square',
  wgsl: 'struct Cell { psi: f32, rms2: f32 }',
  radius: 1,
  fields: [
    { name: 'psi', kind: 'wave', title: 'displacement', unit: ({ amplitude }) => amplitude },
    { name: 'rms2', kind: 'tracker', title: 'mean square', unit: ({ amplitude }) => `${amplitude}2` },
  ],
  parameters: [],
  constants: [],
  evaluate: () => ({}),
  largestStep: () => 1,
};

/** 10 × 12 × 21 cells in bricks of 8, so that the last brick of each axis is cut; with a volume, two planes and a probe. */
export function sampleJob(): Job {
  const shape: Triple = [10, 12, 21];
  const file = jobFileSchema.parse({
    name: 'sample',
    title: 'A sample',
    model: 'wave',
    components: ['L', 'T'],
    grid: { shape, spacing: 0.5, unit: 'am', brick: 8 },
    time: { steps: 10, dt: 0.25, unit: 'rs' },
    amplitude: { unit: 'pm' },
  });
  const whole = boxOfShape(shape);
  return {
    file,
    name: 'sample',
    model: { model, coupledTrackers: new Set() },
    components: ['L', 'T'],
    grid: { shape, dimensions: 3, brick: [8, 8, 8], periodic: [false, false, false] },
    spacing: 0.5,
    units: { length: 'am', time: 'rs', amplitude: 'pm' },
    steps: 10,
    dt: 0.25,
    constants: {},
    updatable: whole,
    initial: new Map(),
    probes: [{ name: 'ear', cell: [5, 6, 7], states: ['psi.L', 'rms2.T'] }],
    outputs: [
      { name: 'volume', states: ['psi.L', 'rms2.T'], box: whole, steps: [5, 10] },
      { name: 'floor', states: ['psi.T'], box: { lo: [9, 0, 0], hi: [10, 12, 21] }, steps: [2, 4, 6, 8, 10] },
      { name: 'wall', states: ['psi.L'], box: { lo: [0, 3, 0], hi: [10, 4, 21] }, steps: [10] },
    ],
    run: { exchangeEvery: 1, epoch: 5, peers: 1, use: 'fastest', checkpointSeconds: 30 },
  };
}

/** The same words on a plane: 12 × 21 cells in bricks of 8. */
export function flatJob(): Job {
  const grid: Grid = {
    shape: [1, 12, 21],
    dimensions: 2,
    brick: [1, 8, 8],
    periodic: [false, false, false],
  };
  const outputs = [{ name: 'end', states: ['psi.L'], box: boxOfShape(grid.shape), steps: [10] }];
  return {
    ...sampleJob(),
    grid,
    outputs,
    probes: [{ name: 'ear', cell: [0, 6, 7], states: ['psi.L'] }],
  };
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
    get: async (key) => objects.get(key),
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
    uploadAddress: async (key) => `/store/${key}`,
  };
}
