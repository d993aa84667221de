import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Engine } from '../../shaders/engine.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import type { Said } from '../protocol/session.js';
import { portableDigest } from '../trust/statement/blake3.js';
import { portable, signerOf } from '../trust/statement/ed25519.js';
import { stateCells } from '../witness/digests.js';
import { boxOfSpan, exchangeOf, exchangeSteps, type Span } from '../witness/span.js';
import { job, plan } from '../witness/two-halves.fixture.js';
import type { Witness } from '../witness/witness.js';
import type { ShardRun } from './shard-run.js';
import { Showing } from './showing.js';

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
      digest: portableDigest,
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
