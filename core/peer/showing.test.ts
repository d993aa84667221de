import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Engine } from '../../shaders/engine.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import { checkJob } from '../job/check.js';
import type { Plan } from '../protocol/plan.js';
import type { Said } from '../protocol/session.js';
import { portable, signerOf } from '../trust/statement/ed25519.js';
import { stateCells } from '../witness/digests.js';
import { boxOfSpan, exchangeOf, exchangeSteps, type Span } from '../witness/span.js';
import type { Witness } from '../witness/witness.js';
import type { ShardRun } from './shard-run.js';
import { Showing } from './showing.js';

const job = checkJob({
  name: 'shown',
  model: 'wave',
  grid: { shape: [16, 8, 8], spacing: 1, brick: 8 },
  time: { steps: 1000, courant: 0.5 },
  parameters: { speed: 1 },
  boundary: 'dirichlet',
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3, centre: { z: 8, y: 4, x: 4 } } },
});
const plan: Plan = {
  id: 1,
  job: 'shown-1',
  from: 0,
  source: { kind: 'initial' },
  exchangeEvery: 4,
  epoch: 8,
  shards: [
    { peer: 'aaaa', box: { lo: [0, 0, 0], hi: [8, 8, 8] } },
    { peer: 'bbbb', box: { lo: [8, 0, 0], hi: [16, 8, 8] } },
  ],
};
const span: Span = { plan, shard: 0, from: 0, to: 8 };
const { incoming } = exchangeOf(job, span);
const kept = {
  job,
  span,
  start: new Float32Array(stateCells(job, boxOfSpan(span))),
  received: exchangeSteps(span).map(() => incoming.map(({ cells }) => new Float32Array(cells))),
};

let engine: Engine;
beforeAll(async () => {
  engine = await createWasmEngine();
});
afterAll(() => engine.close());

/** A run under a plan, whose witness keeps the span above for as long as it is told to. */
function runUnder(id: number, keeps: () => boolean) {
  const witness: Pick<Witness, 'kept'> = { kept: async () => (keeps() ? kept : undefined) };
  return { plan: { ...plan, id }, witness } as ShardRun;
}

it('a span in dispute is told of again when its witness has forgotten it, and other plans are under way, but not for ever', async () => {
  const shown: string[] = [];
  const withheld: Said[] = [];
  const showing = new Showing({
    engine,
    objects: { show: async (url) => void shown.push(url), get: async () => undefined },
    identity: {
      signer: signerOf(portable, new Uint8Array(32).fill(7)),
      digest: (bytes) => createHash('sha256').update(bytes).digest(),
    },
    send: (message) => withheld.push(message),
  });
  let isKept = true;
  const asked = (url: string) => showing.trace({ type: 'trace', plan: 1, step: 8, at: [4], url });
  showing.follow(runUnder(1, () => isKept));
  await asked('/kept');
  isKept = false;
  await asked('/forgotten');
  for (const id of [2, 3]) showing.follow(runUnder(id, () => false));
  await asked('/two plans later');
  expect([shown, withheld]).toEqual([['/kept', '/forgotten', '/two plans later'], []]);
  showing.follow(runUnder(4, () => false));
  await asked('/three plans later');
  expect([shown.length, withheld.length]).toEqual([3, 1]);
});
