import { expect } from 'vitest';
import { type Box, cellCount, shapeOf } from '../core/grid/box.js';
import { compileModel } from './compiler/compile.js';
import type { Engine, EngineShard, ShardSpec, Slab, StateArray, WaveFormat } from './engine.js';
import { ReferenceShard, stateArraysOf, suiteModel } from './engine.suite.reference.js';

export interface EngineUnderTest {
  readonly open: () => Promise<Engine>;
  /** Whether its arithmetic is strict f32. A device that may fuse products is held to relative L2 1e-6. */
  readonly exact: boolean;
  /** f32 unless given: what an engine that keeps f16 is asked to. */
  readonly keepWavesIn?: WaveFormat;
}

/** One engine on which the tests of a suite are made, and the shards that they make on it. */
export class Bench {
  readonly open: () => Promise<Engine>;
  readonly keepWavesIn: WaveFormat;
  readonly #exact: boolean;
  readonly #model = compileModel(suiteModel);
  readonly #shards: EngineShard[] = [];
  #engine: Engine | undefined;

  constructor({ open, exact, keepWavesIn = 'f32' }: EngineUnderTest) {
    this.open = open;
    this.keepWavesIn = keepWavesIn;
    this.#exact = exact;
  }

  /** Before all tests. */
  async start(): Promise<void> {
    this.#engine = await this.open();
  }

  /** After all of them. */
  async close(): Promise<void> {
    await Promise.all(this.#shards.map((shard) => shard.close()));
    await this.#engine?.close();
  }

  get engine(): Engine {
    if (!this.#engine) throw new Error('the engine is open while tests run');
    return this.#engine;
  }

  readonly specOf = (frame: Box, more: Partial<ShardSpec> = {}): ShardSpec => ({
    model: this.#model,
    components: 2,
    dimensions: 3,
    frame,
    constants: { coupling: 0.19 },
    probes: [],
    keepWavesIn: this.keepWavesIn,
    ...more,
  });

  readonly create = async (spec: ShardSpec): Promise<EngineShard> => {
    const shard = await this.engine.createShard(spec);
    this.#shards.push(shard);
    return shard;
  };

  /** A shard and its reference, in the same random state. */
  readonly createRandom = async (spec: ShardSpec, seed: number) => {
    const random = randomNumbers(seed);
    const shard = await this.create(spec);
    const reference = new ReferenceShard(spec);
    for (const array of stateArraysOf(spec)) {
      const slab = { ...array, box: spec.frame };
      const data = random.values(cellCount(spec.frame));
      reference.write([slab], data);
      await shard.write([slab], data);
    }
    return { shard, reference, random };
  };

  readonly expectSame = (got: Float32Array, want: Float32Array): void => {
    if (this.#exact) expect(bits(got)).toEqual(bits(want));
    else expect(relativeL2(got, want)).toBeLessThan(1e-6);
  };

  readonly expectSameState = async (
    shard: EngineShard,
    reference: ReferenceShard,
    spec: ShardSpec,
  ): Promise<void> => {
    const whole = stateArraysOf(spec).map((array) => ({ ...array, box: spec.frame }));
    this.expectSame(await shard.read(whole), reference.read(whole));
  };
}

/** A frame whose corner is not 0 and whose edges differ. */
export const FRAME: Box = { lo: [2, -5, 10], hi: [11, 5, 23] };

/** The first cells of the frame's first row. */
export const row = (cells: number): Box => ({
  lo: FRAME.lo,
  hi: [FRAME.lo[0] + 1, FRAME.lo[1] + 1, FRAME.lo[2] + cells],
});

export const bits = (values: Float32Array) =>
  new Uint32Array(values.buffer, values.byteOffset, values.length);

function relativeL2(got: Float32Array, want: Float32Array): number {
  let difference = 0;
  let size = 0;
  for (const [index, value] of want.entries()) {
    difference += ((got[index] ?? Number.NaN) - value) ** 2;
    size += value ** 2;
  }
  return Math.sqrt(difference / size);
}

/** Seeded, so that a failure comes again. Constants of the generator: Numerical Recipes, `ranqd1`. */
export function randomNumbers(seed: number) {
  let state = seed >>> 0;
  const unit = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(unit() * limit);
  const boxIn = (outer: Box): Box => {
    const ranges = shapeOf(outer).map((cells, axis) => {
      const lo = below(cells);
      const start = (outer.lo[axis] ?? 0) + lo;
      return [start, start + 1 + below(cells - lo)] as const;
    });
    const [z, y, x] = ranges as unknown as readonly [
      readonly [number, number],
      readonly [number, number],
      readonly [number, number],
    ];
    return { lo: [z[0], y[0], x[0]], hi: [z[1], y[1], x[1]] };
  };
  return {
    boxIn,
    /** f32 in −1 to 1. */
    values: (count: number) => Float32Array.from({ length: count }, () => unit() * 2 - 1),
    slab: (spec: ShardSpec): Slab => {
      const arrays = stateArraysOf(spec);
      return { ...(arrays[below(arrays.length)] as StateArray), box: boxIn(spec.frame) };
    },
  };
}
