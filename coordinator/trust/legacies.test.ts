import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkJob } from '../../core/job/check.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';
import { fusedEngine } from '../../core/trust/classes/fused-engine.suite.js';
import { brickDigests } from '../../core/witness/digests.js';
import { type HaloTable, writeEvidence } from '../../core/witness/evidence.js';
import { haloChains } from '../../core/witness/halo-chains.js';
import { type Outcome, replay } from '../../core/witness/replay.js';
import { boxOfSpan, exchangeOf, exchangeSteps, type Span } from '../../core/witness/span.js';
import type { Engine } from '../../shaders/engine.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import { Checker, digest } from './checker.js';
import { compareLegacy } from './legacies.js';
import type { SignedSpan, SpanGroup } from './signed-span.js';

const STEPS = 16;
const job = checkJob({
  name: 'left',
  model: 'wave',
  grid: { shape: [8, 8, 16], spacing: 1, brick: 8 },
  time: { steps: STEPS, courant: 0.5 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3 } },
});

/** Anna is gone: cora, who rounds differently, has her shard now. */
const plan: Plan = {
  ...{ id: 1, job: 'left-1', from: 0, exchangeEvery: 4, epoch: 4, signed: 'spans' },
  source: { kind: 'initial' },
  shards: [
    { peer: 'cora', box: { lo: [0, 0, 0], hi: [8, 8, 8] } },
    { peer: 'bert', box: { lo: [0, 0, 8], hi: [8, 8, 16] } },
  ],
};
const spanOf = (shard: number): Span => ({ plan, shard, from: 0, to: STEPS });
const objects = { get: async () => undefined };

interface Part {
  readonly outcome: Outcome;
  readonly received: HaloTable;
}

let engine: Engine;
let cora: Part;
let bert: Part;
beforeAll(async () => {
  engine = await createWasmEngine();
  // Exchange by exchange, what comes in is right up to one exchange more.
  let tables = [0, 1].map((shard) => silence(spanOf(shard))) as [HaloTable, HaloTable];
  let made: Outcome[] = [];
  for (let round = 0; round <= exchangeSteps(spanOf(0)).length; round++) {
    made = await Promise.all(tables.map((received, shard) => compute(engine, shard, received)));
    tables = [made[1]?.sent as HaloTable, made[0]?.sent as HaloTable];
  }
  cora = { outcome: await compute(fusedEngine(), 0, tables[0]), received: tables[0] };
  bert = { outcome: made[1] as Outcome, received: tables[1] };
});
afterAll(() => engine.close());

const compute = (device: Engine, shard: number, received: HaloTable) =>
  replay({ engine: device, objects }, job, spanOf(shard), { kind: 'initial' }, received);

function silence(span: Span): HaloTable {
  const { incoming } = exchangeOf(job, span);
  return exchangeSteps(span).map(() => incoming.map(({ cells }) => new Float32Array(cells)));
}

async function signedBy(peer: PeerId, shard: number, { outcome, received }: Part): Promise<SignedSpan> {
  const span = spanOf(shard);
  return {
    peer,
    known: { party: { key: peer, owner: peer }, key: peer, numericalClass: peer, isOwn: false },
    statement: {
      ...{ job: 'left-1', plan: 1, shard, from: 0, step: STEPS, root: '', outputs: '' },
      halos: await haloChains(exchangeOf(job, span), { sent: outcome.sent, received }, digest),
    },
    digests: await brickDigests(job, boxOfSpan(span), outcome.end, digest),
  };
}

/** What bert had of anna, and what he shows of it. */
async function compared(had: HaloTable, shown: HaloTable | undefined = had) {
  const group: SpanGroup = {
    step: STEPS,
    byShard: new Map([
      [0, await signedBy('cora', 0, cora)],
      [1, await signedBy('bert', 1, { ...bert, received: had })],
    ]),
    shadows: new Map(),
  };
  const ask = async (peer: PeerId) => {
    if (peer === 'cora') return writeEvidence({ received: cora.received, outcome: cora.outcome });
    return shown && writeEvidence({ received: shown });
  };
  return compareLegacy(job, { ask }, plan, group, 0);
}

const louder = (table: HaloTable): HaloTable =>
  table.map((row) => row.map((cells) => cells.map((v) => v * 1.01)));

it('halos of a peer that is gone are near to those that its heir would have sent', async () => {
  expect(cora.outcome.sent).not.toEqual(bert.received);
  expect(await compared(bert.received)).toEqual({ kind: 'near' });
});

it('are found where they are not', async () => {
  expect(await compared(louder(bert.received))).toMatchObject({
    kind: 'apart',
    by: { peer: 'cora' },
    other: { peer: 'bert' },
  });
});

const withNaN = (table: HaloTable): HaloTable =>
  table.map((row) => row.map((cells) => cells.map((value, i) => (i === 5 ? Number.NaN : value))));

it('are found where they are no numbers', async () => {
  expect(await compared(withNaN(bert.received))).toMatchObject({ kind: 'apart', other: { peer: 'bert' } });
});

it('whoever sends halos that are no numbers is found out on another class', async () => {
  const outcome = { ...cora.outcome, sent: withNaN(cora.outcome.sent) };
  const { statement, digests } = await signedBy('cora', 0, { outcome, received: cora.received });
  const checker = new Checker(() => createWasmEngine());
  const claim = {
    ...({
      job,
      span: spanOf(0),
      statement,
      digests,
      start: { kind: 'initial' },
      startDigests: undefined,
    } as const),
    ...{
      evidence: { received: cora.received, outcome },
      sameClass: false,
      stores: false,
      keepsHalves: false,
    },
  };
  const verdict = await checker.check(objects, claim, () => true);
  await checker.close();
  expect(verdict).toMatchObject({ kind: 'lied', why: 'it sent halos that it did not have' });
});

it('whoever shows other halos than it signed for is found out', async () => {
  expect(await compared(louder(bert.received), bert.received)).toMatchObject({
    kind: 'forged',
    by: { peer: 'bert' },
  });
});
