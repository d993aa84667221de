import type { Engine, EngineShard, ShardSpec, Slab, Update } from '../../shaders/engine.js';
import { type Box, cellCount, intersect, type Triple } from '../grid/box.js';

/** A peer that cheats, as a wrapper around an honest engine. */
export interface Attack {
  readonly name: string;
  readonly on: (engine: Engine) => Engine;
}

type Cheat = (honest: EngineShard, spec: ShardSpec) => Partial<EngineShard>;

const attack = (name: string, cheat: Cheat): Attack => ({
  name,
  on: (engine) => ({
    kind: engine.kind,
    device: engine.device,
    memory: engine.memory,
    close: () => engine.close(),
    async createShard(spec) {
      const honest = await engine.createShard(spec);
      return {
        bytes: honest.bytes,
        write: (slabs, data) => honest.write(slabs, data),
        read: (slabs) => honest.read(slabs),
        advance: (updates) => honest.advance(updates),
        swapLevels: () => honest.swapLevels(),
        close: () => honest.close(),
        ...cheat(honest, spec),
      };
    },
  }),
});

export const skippedStep = attack('a skipped step', (honest) => ({
  advance: (updates) => honest.advance(updates.filter((_, step) => step !== updates.length >> 1)),
}));

/** Computes truly, and signs and stores other cells of whole chunks: of bricks of so many cells a side. */
export const falseChunks = (side: number) =>
  attack('false outputs', (honest) => ({
    read: async (slabs) => {
      const cells = await honest.read(slabs);
      return slabs.length === 1 && isOneBrick(slabs, side) ? cells.map(louder) : cells;
    },
  }));

/** Computes and signs truly, and stores other cells where it is asked for one brick's whole state. */
export const falseBricks = (side: number) =>
  attack('false bricks', (honest) => ({
    read: async (slabs) => {
      const cells = await honest.read(slabs);
      return slabs.length > 1 && isOneBrick(slabs, side) ? cells.map(louder) : cells;
    },
  }));

const louder = (value: number) => value * 1.01;

const isOneBrick = (slabs: readonly Slab[], side: number): boolean =>
  slabs.every(({ box }) => box.lo.every((lo, axis) => (box.hi[axis] as number) - lo === side)) &&
  new Set(slabs.map(({ box }) => String(box.lo))).size === 1;

export const replayedState = attack('replayed old state', () => ({
  advance: async () => ({ samples: new Float32Array(), seconds: 0 }),
}));

export const missingSource = attack('a missing source', (honest) => ({
  advance: (updates) =>
    honest.advance(
      updates.map(({ amplitudes = [], ...update }) => ({ ...update, amplitudes: amplitudes.map(() => 0) })),
    ),
}));

export const wrongMedium = attack('a medium off by 0.1%', (honest, { media }) => ({
  write: (slabs, data) => {
    const isSpeed = slabs.some(({ field }) => field === 'speed' && media?.speed === 'cells');
    return honest.write(slabs, isSpeed ? data.map((value) => value * 1.001) : data);
  },
}));

export const halfPrecision = attack('half precision', (honest, spec) => ({
  advance: (updates) => eachStep(honest, updates, () => rewrite(honest, waveSlabs(spec, spec.frame), halved)),
}));

/** The last quarter of the frame along x is another's, and its cells are never taken anew. */
export const staleHalo = attack('a stale halo', (honest, spec) => {
  const { lo, hi } = spec.domain ?? spec.frame;
  const foreign: Box = { lo: [lo[0], lo[1], hi[2] - ((hi[2] - lo[2]) >> 2)], hi };
  const slabs = waveSlabs(spec, foreign);
  return {
    async advance(updates) {
      const old = await honest.read(slabs);
      return eachStep(honest, updates, () => honest.write(slabs, old));
    },
  };
});

export const notFinite = (cell: Triple) => oneCell('NaN', cell, () => Number.NaN);

/** One cell of the first wave at the end, off by a part of the wave's peak. */
export const cellOff = (cell: Triple, part: number) =>
  oneCell(`one cell off by ${part} of the peak`, cell, (value, peak) => value + part * peak);

function oneCell(name: string, cell: Triple, wrong: (value: number, peak: number) => number): Attack {
  return attack(name, (honest, spec) => ({
    async advance(updates) {
      const done = await honest.advance(updates);
      const [all] = waveSlabs(spec, spec.domain ?? spec.frame) as [Slab];
      const peak = (await honest.read([all])).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const box: Box = { lo: cell, hi: [cell[0] + 1, cell[1] + 1, cell[2] + 1] };
      await rewrite(honest, [{ ...all, box: intersect(box, spec.frame) }], (value) => wrong(value, peak));
      return done;
    },
  }));
}

async function eachStep(honest: EngineShard, updates: readonly Update[], after: () => Promise<void>) {
  const samples: number[] = [];
  for (const update of updates) {
    samples.push(...(await honest.advance([update])).samples);
    await after();
  }
  return { samples: Float32Array.from(samples), seconds: 0 };
}

async function rewrite(
  shard: EngineShard,
  slabs: readonly Slab[],
  change: (value: number) => number,
): Promise<void> {
  if (slabs.every(({ box }) => cellCount(box) === 0)) return;
  await shard.write(slabs, (await shard.read(slabs)).map(change));
}

function waveSlabs({ model, components }: ShardSpec, box: Box): Slab[] {
  const waves = model.model.fields.filter(({ kind }) => kind === 'wave');
  return Array.from({ length: components }, (_, component) =>
    waves.flatMap(({ name: field }): Slab[] => [
      { component, field, level: 'now', box },
      { component, field, level: 'before', box },
    ]),
  ).flat();
}

/** To eleven significant bits, as IEEE half precision rounds; its narrow range is left out. */
function halved(value: number): number {
  const spread = Math.fround(value * (2 ** 13 + 1));
  return Math.fround(spread - Math.fround(spread - value));
}
