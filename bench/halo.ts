import { boxOfShape } from '../core/grid/box.js';
import { checkJob } from '../core/job/check.js';
import type { JobFileInput } from '../core/job/schema.js';
import { pack, unpack } from '../core/parcel/parcel.js';
import { roundCells } from '../core/parcel/rounding.js';
import { EpochTally } from '../core/peer/epoch-tally.js';
import { planExchange } from '../core/peer/exchange.js';
import { loadInitial } from '../core/peer/load.js';
import { openShard } from '../core/peer/open-shard.js';
import { ProbeLog } from '../core/peer/probe-log.js';
import { Stepping } from '../core/peer/stepping.js';
import type { Plan } from '../core/protocol/plan.js';
import { createWasmEngine } from '../shaders/wasm/engine.js';
import type { Figure } from './harness.js';

const EDGE = 192;
const STEPS = 160;
const ROUNDS = 9;

/** A pulse with most of its power in waves of 15 to 30 cells, off every centre, so that no symmetry helps. */
const FILE: JobFileInput = {
  name: 'running',
  model: 'wave',
  grid: { shape: [EDGE, EDGE, EDGE], spacing: 1, brick: EDGE / 2 },
  time: { steps: STEPS, courant: 0.5 },
  parameters: { speed: 1 },
  initial: {
    psi: { formula: 'gaussian', amplitude: 1, sigma: 4.3, centre: { z: 86.3, y: 105.7, x: 81.2 } },
  },
};

/** What packing makes of the halo of a smooth running wave, and how fast; each exchange depth has its own parcel. */
export async function bench(): Promise<Figure[]> {
  return [...(await ofDepth(4)), ...(await ofDepth(1))];
}

async function ofDepth(exchangeEvery: number): Promise<Figure[]> {
  const { slabs, cells } = await runningHalo(exchangeEvery);
  const bytes = cells.byteLength;
  let parcel = await pack(slabs, cells, 'packed');
  const packing = await secondsOf(async () => {
    parcel = await pack(slabs, cells, 'packed');
  });
  const unpacking = await secondsOf(() => unpack(parcel, slabs));
  const rounded = cells.slice();
  roundCells(rounded, 1e-4);
  const lossy = await pack(slabs, rounded, 'packed');
  const name = exchangeEvery === 4 ? '' : `_${exchangeEvery}`;
  const note = `a pulse after ${STEPS} steps on ${EDGE}³, a face between two shards, an exchange every ${exchangeEvery} steps`;
  const rate = (seconds: number) => bytes / seconds / 1e6;
  return [
    { name: `halo_compression${name}`, value: parcel.content.byteLength / bytes, unit: '1', note },
    {
      name: `halo_compression_rounded${name}`,
      value: lossy.content.byteLength / bytes,
      unit: '1',
      note: `to 1e-4; ${note}`,
    },
    { name: `halo_packing${name}`, value: rate(packing), unit: 'MB/s', note },
    { name: `halo_unpacking${name}`, value: rate(unpacking), unit: 'MB/s', note },
  ];
}

/** What one of two shards sends the other, in the middle of a run. */
async function runningHalo(exchangeEvery: number) {
  const job = checkJob(FILE);
  const whole = boxOfShape(job.grid.shape);
  const half = EDGE / 2;
  const plan: Plan = {
    id: 1,
    job: 'running',
    from: 0,
    source: { kind: 'initial' },
    exchangeEvery,
    epoch: exchangeEvery,
    shards: [
      { peer: 'a', box: { lo: [0, 0, 0], hi: [half, EDGE, EDGE] } },
      { peer: 'b', box: { lo: [half, 0, 0], hi: [EDGE, EDGE, EDGE] } },
    ],
  };
  const engine = await createWasmEngine();
  const objects = { get: async () => undefined };
  const probes = new ProbeLog(job, whole);
  const { shard, sources } = await openShard({ engine, objects, probes }, job, plan, whole);
  await loadInitial(job, plan.job, whole, shard, objects);
  const tally = new EpochTally(() => 0);
  const tools = { job, box: whole, exchangeEvery, shard, sources, probes, tally, now: () => 0 };
  await new Stepping(tools).advance(0, STEPS, STEPS);
  const slabs = planExchange(job, plan, 0).outgoing.flatMap((parcel) => parcel.slabs);
  const cells = await shard.read(slabs);
  await engine.close();
  return { slabs, cells };
}

/** The median of a few. */
async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    await work();
    times.push((performance.now() - started) / 1000);
  }
  return times.toSorted((a, b) => a - b)[(ROUNDS - 1) / 2] as number;
}
