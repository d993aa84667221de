import { EngineError } from '../../core/errors.js';
import { describeAdapter } from '../../shaders/webgpu/adapter.js';
import { createWebgpuEngine } from '../../shaders/webgpu/engine.js';
import type { WorkgroupMemory } from '../../shaders/webgpu/workgroup-memory.js';
import type { Figure } from '../harness.js';
import { Copier } from './copy-rate.js';
import { bytesPerCell, makeStencil, type Stencil, type StencilRun } from './stencil.js';

export interface GpuBenchPlan {
  /** Edges of cubes, in cells. */
  readonly edges: readonly number[];
  /** Edges to try, the largest first, until one fits. */
  readonly largest: readonly number[];
  /** Bytes that a grid may take; as many as the engine counts on, unless given. */
  readonly memory?: number;
  /** Of a single run. */
  readonly seconds: number;
  /** Copies and stencils take turns so many times; medians count. */
  readonly rounds: number;
}

/** What the pages quote. */
export const FULL: GpuBenchPlan = {
  edges: [256, 512],
  largest: [2048, 1792, 1536, 1408, 1280, 1152, 1024, 896, 768, 640],
  seconds: 0.4,
  rounds: 5,
};

/** Small enough for a processor that plays a GPU. Its figures say that the bench works, and nothing else. */
export const TRIAL: GpuBenchPlan = { edges: [24], largest: [64, 32], memory: 1e6, seconds: 0.01, rounds: 1 };

const CASES: readonly Omit<Stencil, 'edge'>[] = (['f32', 'f16'] as const).flatMap((keepWavesIn) =>
  ([1, 2] as const).flatMap((radius) => [
    { radius, media: false, keepWavesIn },
    { radius, media: true, keepWavesIn },
  ]),
);

/** Cell updates a second on one GPU, and which share of its copy bandwidth they take. Needs a new adapter for each device. */
export async function measureGpu(
  newAdapter: () => Promise<GPUAdapter>,
  { edges, largest, memory, seconds, rounds }: GpuBenchPlan,
): Promise<Figure[]> {
  const { device } = describeAdapter(await newAdapter());
  const chosen = new Map<string, string>();
  const workgroups: WorkgroupMemory = {
    get: async () => undefined,
    set: async (key, value) => void chosen.set(key, value),
  };
  const engine = await createWebgpuEngine(await newAdapter(), {
    ...(memory !== undefined && { memory }),
    workgroups,
  });
  try {
    const figures: Figure[] = [];
    for (const edge of [...edges, 'largest'] as const) {
      for (const kind of CASES) {
        const made = await firstThatFits(engine, kind, edge === 'largest' ? largest : [edge]);
        if (!made) continue;
        const [stencil, run] = made;
        const copier = await Copier.open(await newAdapter(), stencil.edge ** 3 * 4);
        try {
          const measured = await inTurns(run, copier, seconds, rounds);
          figures.push(...figuresOf(String(edge), stencil, measured, device));
        } finally {
          copier.close();
          await run.close();
        }
      }
    }
    for (const [key, workgroup] of chosen) console.log(`workgroup ${workgroup} (z, y, x, march): ${key}`);
    return figures;
  } finally {
    await engine.close();
  }
}

async function firstThatFits(
  engine: Parameters<typeof makeStencil>[0],
  kind: Omit<Stencil, 'edge'>,
  edges: readonly number[],
): Promise<readonly [Stencil, StencilRun] | undefined> {
  for (const edge of edges) {
    const stencil = { ...kind, edge };
    try {
      return [stencil, await makeStencil(engine, stencil)];
    } catch (error) {
      // It does not fit; the next is smaller.
      if (!(error instanceof EngineError)) throw error;
    }
  }
  return undefined;
}

interface Measured {
  /** Bytes a second. */
  readonly copy: number;
  /** Cell updates a second. */
  readonly device: number;
  readonly wall: number;
}

async function inTurns(run: StencilRun, copier: Copier, seconds: number, rounds: number): Promise<Measured> {
  // Clocks rise and kernels are compiled in the first.
  await copier.rate(seconds / 4);
  await run.rates(seconds / 4);
  const copies: number[] = [];
  const rates = [];
  for (let round = 0; round < rounds; round++) {
    copies.push(await copier.rate(seconds));
    rates.push(await run.rates(seconds));
  }
  return {
    copy: median(copies),
    device: median(rates.map((rate) => rate.device)),
    wall: median(rates.map((rate) => rate.wall)),
  };
}

function figuresOf(size: string, stencil: Stencil, { copy, device, wall }: Measured, card: string): Figure[] {
  const { edge, radius, media, keepWavesIn } = stencil;
  const name = `${size}_r${radius}${media ? '_media' : ''}${keepWavesIn === 'f16' ? '_f16' : ''}`;
  const note = `${edge}³, radius ${radius}, ${media ? 'media per cell' : 'one medium'}, waves in ${keepWavesIn}, ${bytesPerCell(stencil)} B a cell; ${card}`;
  return [
    { name: `gpu_rate_${name}`, value: device / 1e6, unit: '1e6/s', note },
    {
      name: `gpu_rate_wall_${name}`,
      value: wall / 1e6,
      unit: '1e6/s',
      note: `by the wall clock; ${note}`,
    },
    { name: `gpu_copy_${name}`, value: copy / 1e9, unit: 'GB/s', note: `copy of arrays as large; ${card}` },
    { name: `gpu_share_${name}`, value: (device * bytesPerCell(stencil)) / copy, unit: '1', note },
  ];
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
