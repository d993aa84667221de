import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine, Slab } from '../../shaders/engine.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import { type Box, eachCellOf } from '../grid/box.js';
import { checkJob } from '../job/check.js';
import { stateArrays } from '../job/states.js';
import type { Plan } from '../protocol/plan.js';
import { fingerprint } from '../result/fingerprint.js';
import { EpochTally } from './epoch-tally.js';
import { openShard } from './open-shard.js';
import { ProbeLog } from './probe-log.js';
import { Stepping } from './stepping.js';

let engine: Engine;
beforeAll(async () => {
  engine = await createWasmEngine();
});
afterAll(() => engine.close());

/** Mirrors, a periodic axis that is not cut, sources that cross every border, trackers, and probes in every course. */
const job = checkJob({
  name: 'bands',
  model: 'wave',
  components: ['L', 'T'],
  grid: { shape: [60, 20, 24], spacing: 1, brick: 20 },
  boundary: { z: 'dirichlet', y: 'neumann', x: 'periodic' },
  time: { steps: 60, courant: 0.5 },
  parameters: { speed: 1 },
  sources: {
    line: { field: 'psi.L', at: { y: 10, x: 12 }, amplitude: 2, signal: { shape: 'ricker', frequency: 0.2 } },
  },
  probes: Object.fromEntries(
    [20, 21, 24, 30, 37, 39].flatMap((z) =>
      [0, 11].map((x) => [`p${z}x${x}`, { at: { z, y: 0, x }, fields: ['psi.L', 'rms2.T'] }]),
    ),
  ),
});
const box: Box = { lo: [20, 0, 0], hi: [40, 20, 24] };
const shards = [
  { peer: 'anna', box: { lo: [0, 0, 0], hi: [20, 20, 24] } },
  { peer: 'bert', box },
  { peer: 'carl', box: { lo: [40, 0, 0], hi: [60, 20, 24] } },
] satisfies Plan['shards'];

/** The shard's own cells, and what its probes saw, after the steps between two exchanges. */
async function after(exchangeEvery: number, way: 'bands first' | 'all at once') {
  const plan: Plan = {
    ...{ id: 1, job: 'bands', from: 0, source: { kind: 'initial' }, epoch: exchangeEvery },
    ...{ exchangeEvery, shards },
  };
  const probes = new ProbeLog(job, box);
  const objects = { get: async () => undefined };
  const { shard, sources, held } = await openShard({ engine, objects, probes }, job, plan, box);
  for (const [number, array] of stateArrays(job).entries()) {
    const value = ([z, y, x]: readonly number[]) =>
      Math.sin(number + 1.3 * (z as number) + 0.7 * (y as number) + (x as number) ** 2);
    await shard.write([{ ...array, box: held }], eachCellOf(held, value));
  }
  const tally = new EpochTally(() => 0);
  const stepping = new Stepping({ job, box, exchangeEvery, shard, sources, probes, tally, now: () => 0 });
  const early = [...outer(exchangeEvery)];
  let sent: Promise<Float32Array> | undefined;
  if (way === 'all at once') await stepping.advance(0, exchangeEvery, exchangeEvery);
  else {
    await stepping.advanceToExchange(0, () => {
      sent = shard.read(early);
    });
  }
  const own = await shard.read(stateArrays(job).map((array): Slab => ({ ...array, box })));
  const later = await shard.read(early);
  await shard.close();
  return {
    own: fingerprint(own),
    sent: fingerprint((await sent) ?? new Float32Array(0)),
    later: fingerprint(later),
    probes: probes.take(Number.POSITIVE_INFINITY),
  };
}

/** What the neighbours along z get of the newest level. */
function outer(layers: number): Slab[] {
  const at = (lo: number, hi: number): Slab => ({
    ...{ component: 0, field: 'psi', level: 'now' },
    box: { lo: [lo, 0, 0], hi: [hi, 20, 24] },
  });
  return [at(20, 20 + layers), at(40 - layers, 40)];
}

test.each([1, 2, 3])(
  'what is sent after %i steps can be read before the inside is computed, and every bit is the same',
  async (steps) => {
    const whole = await after(steps, 'all at once');
    const parted = await after(steps, 'bands first');
    expect(parted.own).toEqual(whole.own);
    expect(parted.probes).toEqual(whole.probes);
    expect(parted.sent).not.toBe(whole.sent);
    expect(parted.sent).toEqual(whole.later);
  },
);
