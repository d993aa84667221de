import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Box, boxOfShape, cellCount } from '../core/grid/box.js';
import { compileModel } from './compiler/compile.js';
import type { Engine, Slab, Update, WaveFormat } from './engine.js';
import { mediumModel } from './models/medium/medium.js';
import { inShards } from './split-engine.suite.js';
import { createWasmEngine } from './wasm/engine.js';
import { dawnAdapter } from './webgpu/dawn.suite.js';
import { createWebgpuEngine } from './webgpu/engine.js';

const DT = 0.4;
const model = mediumModel({ order: 4, trackers: ['rms2', 'freq', 'peak'], absorbing: false, damped: true });
const whole = boxOfShape([24, 26, 28]);
/** Mirrors at the near ends of z and x, fixed edges elsewhere. */
const frame: Box = { lo: [-2, 0, -2], hi: whole.hi };
const inside: Box = { lo: [0, 2, 0], hi: [22, 24, 26] };
const fields = model.fields.map(({ name }) => name);

/** Two components in a medium of layers, fed through its whole middle, which the cuts of five shards go through. */
async function resultOn(
  engine: Engine,
  keepWavesIn: WaveFormat = 'f32',
  steps = 60,
): Promise<Readonly<Record<string, Float32Array>>> {
  const shard = await engine.createShard({
    model: compileModel(model),
    components: 2,
    dimensions: 3,
    keepWavesIn,
    frame,
    domain: whole,
    constants: model.evaluate({ parameters: {}, spacing: 1, dt: DT, dimensions: 3 }),
    media: { speed: 'cells', damping: 0.001, potential: 0.002, sponge: 'cells' },
    sources: [
      { component: 0, field: 'psi', box: { lo: [0, 12, 0], hi: [24, 13, 28] } },
      { component: 1, field: 'psi', box: { lo: [12, 0, 0], hi: [13, 26, 28] } },
      { component: 1, field: 'psi', box: { lo: [12, 13, 14], hi: [13, 14, 15] } },
    ],
    probes: [
      { component: 1, field: 'psi', cell: [3, 4, 5] },
      { component: 0, field: 'peak', cell: [20, 20, 20] },
    ],
  });
  const medium = (field: string, value: (z: number) => number) => {
    const cells = new Float32Array(cellCount(whole));
    for (const index of cells.keys()) cells[index] = value(Math.floor(index / (26 * 28)));
    return shard.write([{ component: 0, field, level: 'now', box: whole }], cells);
  };
  await medium('speed', (z) => DT * (z < 9 ? 1 : 0.7));
  await medium('sponge', (z) => 0.02 * Math.max(0, z - 14) ** 2);
  const updates = Array.from({ length: steps }, (_, step): Update => {
    const time = step * DT;
    return { box: inside, time, amplitudes: [0.1, -0.2, 1].map((size) => size * ((step * 7) % 5)) };
  });
  const { samples } = await shard.advance(updates);
  const states = [0, 1].flatMap((component) =>
    fields.map(async (field): Promise<[string, Float32Array]> => {
      const slab: Slab = { component, field, level: 'now', box: whole };
      return [`${field}.${component}`, await shard.read([slab])];
    }),
  );
  const result = { probes: samples, ...Object.fromEntries(await Promise.all(states)) };
  await shard.close();
  return result;
}

let engines: { readonly wasm: Engine; readonly webgpu: Engine };
beforeAll(async () => {
  engines = { wasm: await createWasmEngine(), webgpu: await createWebgpuEngine(await dawnAdapter()) };
});
afterAll(() => Promise.all([engines.wasm.close(), engines.webgpu.close()]));

test.each(['wasm', 'webgpu'] as const)('12. on %s one shard and five agree bit for bit', async (kind) => {
  const one = await resultOn(engines[kind]);
  const five = await resultOn(inShards(engines[kind], 5));
  for (const [state, cells] of Object.entries(one)) {
    expect(cells.some((value) => value !== 0)).toBe(true);
    expect(five[state], state).toEqual(cells);
  }
});

test('12. with waves in f16 one shard and five agree bit for bit, and with f32 within a hundredth', async () => {
  const one = await resultOn(engines.webgpu, 'f16', 20);
  const five = await resultOn(inShards(engines.webgpu, 5), 'f16', 20);
  for (const [state, cells] of Object.entries(one)) expect(five[state], state).toEqual(cells);
  const exact = await resultOn(engines.webgpu, 'f32', 20);
  for (const state of ['psi.0', 'psi.1', 'rms2.0', 'peak.1', 'probes']) {
    const [a, b] = [exact[state] as Float32Array, one[state] as Float32Array];
    const difference = Math.hypot(...a.map((value, index) => value - (b[index] as number)));
    expect(difference / Math.hypot(...a), state).toBeLessThan(0.01);
    expect(difference, state).toBeGreaterThan(0);
  }
});

test('12. across engines the waves agree within 1e-5, in relative L2', async () => {
  const [wasm, webgpu] = await Promise.all([resultOn(engines.wasm), resultOn(engines.webgpu)]);
  for (const state of ['psi.0', 'psi.1', 'rms2.0', 'peak.1', 'probes']) {
    const [a, b] = [wasm[state] as Float32Array, webgpu[state] as Float32Array];
    const difference = Math.hypot(...a.map((value, index) => value - (b[index] as number)));
    expect(difference / Math.hypot(...a), state).toBeLessThan(1e-5);
  }
});
