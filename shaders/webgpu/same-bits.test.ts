import { afterAll, expect, it } from 'vitest';
import { type Box, boxOfShape, cellCount, grow, type Triple } from '../../core/grid/box.js';
import { differingBits } from '../../test/bits.js';
import { compileModel } from '../compiler/compile.js';
import type { Engine, ShardSpec, Slab, Update, WaveFormat } from '../engine.js';
import { engineCompliance } from '../engine.suite.js';
import { stateArraysOf, suiteShard } from '../engine.suite.reference.js';
import { mediumModel } from '../models/medium/medium.js';
import { describeAdapter } from './adapter.js';
import { dawnAdapter } from './dawn.suite.js';
import { createWebgpuEngine, type WebgpuOptions } from './engine.js';
import { candidatesFor, writeWorkgroup } from './workgroup.js';

// However a shard is dealt out to threads, submits and buffers, its cells get the same bits.

const opened: Engine[] = [];
afterAll(() => Promise.all(opened.map((engine) => engine.close())));

const open = async (options: WebgpuOptions) => {
  const engine = await createWebgpuEngine(await dawnAdapter(), options);
  opened.push(engine);
  return engine;
};

/** Mirrors at all faces, sources, probes, a medium, rows that are padded. */
const rich = (dimensions: 2 | 3, keepWavesIn: WaveFormat): ShardSpec => {
  const domain: Box = {
    lo: [0, -3, 7],
    hi: [dimensions === 3 ? 23 : 1, 18, 63],
  };
  const reach: Triple = [dimensions === 3 ? 2 : 0, 2, 2];
  return {
    model: compileModel(mediumModel({ order: 4, trackers: ['peak'], absorbing: false, damped: false })),
    components: 2,
    dimensions,
    keepWavesIn,
    frame: grow(domain, reach),
    domain,
    constants: { dt: 0.5 },
    media: { speed: 'cells', damping: 0.01, potential: 0 },
    probes: [0, 5, 14].map((y) => ({ component: 1, field: 'psi', cell: [0, y, 60] })),
    sources: [
      { component: 0, field: 'psi', box: domain },
      { component: 1, field: 'psi', box: { lo: [0, 4, 20], hi: [1, 14, 30] } },
    ],
  };
};

const KINDS = ([2, 3] as const).flatMap((dimensions) =>
  (['f32', 'f16'] as const).map((format) => [dimensions, format] as const),
);

/** All cells, and all samples, after a run from a state that differs everywhere. */
async function resultOn(engine: Engine, spec: ShardSpec): Promise<Float32Array[]> {
  const shard = await engine.createShard(spec);
  const whole = stateArraysOf(spec).map((array): Slab => ({ ...array, box: spec.frame }));
  const speed: Slab = { component: 0, field: 'speed', level: 'now', box: spec.frame };
  for (const [index, slab] of [...whole, speed].entries()) {
    const wavy = (_: unknown, cell: number) => 0.3 + 0.1 * Math.sin(cell * (index + 1));
    await shard.write([slab], Float32Array.from({ length: cellCount(slab.box) }, wavy));
  }
  const updates = Array.from({ length: 7 }, (_, step): Update => {
    const inner = grow(spec.domain ?? spec.frame, [0, -(step % 2), -(step % 3)]);
    return { box: inner, time: step / 2, amplitudes: [0.01 * step, 1] };
  });
  const { samples } = await shard.advance(updates);
  const cells = await shard.read(whole);
  await shard.close();
  return [cells, samples];
}

it.each(KINDS)('any workgroup makes the same waves in %d-D, kept in %s', async (dimensions, format) => {
  const spec = rich(dimensions, format);
  const [first, ...others] = await Promise.all(
    candidatesFor(dimensions).map(async (workgroup) => ({
      name: writeWorkgroup(workgroup),
      result: await resultOn(await open({ workgroup }), spec),
    })),
  );
  for (const { name, result } of others) expect(differingBits(result, first?.result ?? []), name).toBe(0);
});

it.each(KINDS)(
  'a %d-D shard cut over several buffers makes the same waves, kept in %s',
  async (dimensions, format) => {
    const spec = rich(dimensions, format);
    const layer = dimensions === 3 ? 25 * 64 * 4 : 64 * 4;
    const whole = await open({});
    const cut = await open({ largestArray: 9 * layer });
    expect(differingBits(await resultOn(cut, spec), await resultOn(whole, spec))).toBe(0);
  },
);

it.each(['f32', 'f16'] as const)(
  'a step cut into many submits makes the same waves, kept in %s',
  async (format) => {
    const spec = rich(3, format);
    const hasty = await open({ secondsPerSubmit: 2e-5 });
    expect(differingBits(await resultOn(hasty, spec), await resultOn(await open({}), spec))).toBe(0);
  },
);

it('a layer that no buffer holds is refused, with what would mend it', async () => {
  const engine = await open({ largestArray: 1000 });
  const refused = engine.createShard({ ...suiteShard, frame: boxOfShape([9, 20, 20]) });
  await expect(refused).rejects.toThrow(/a layer of this shard is 1600 bytes.*more peers/);
});

engineCompliance('webgpu over several buffers', {
  exact: describeAdapter(await dawnAdapter()).emulated,
  open: async () => {
    // What cuts the suite's smaller shards is too little for a layer of its larger ones.
    const [small, large] = await Promise.all([
      createWebgpuEngine(await dawnAdapter(), { largestArray: 4160 }),
      createWebgpuEngine(await dawnAdapter(), { largestArray: 9216 }),
    ]);
    return {
      kind: small.kind,
      device: small.device,
      memory: small.memory,
      createShard: (spec) =>
        small.createShard(spec).catch((error: Error) => {
          if (/a layer of this shard/.test(error.message)) return large.createShard(spec);
          throw error;
        }),
      close: async () => {
        await small.close();
        await large.close();
      },
    };
  },
});
