import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Box } from '../../core/grid/box.js';
import { checkJob } from '../../core/job/check.js';
import type { Job } from '../../core/job/job.js';
import { type Attack, cellOff, notFinite, wrongMedium } from '../../core/trust/attacks.suite.js';
import { fusedEngine } from '../../core/trust/classes/fused-engine.suite.js';
import type { Statement } from '../../core/trust/statement/statement.js';
import { answerTo } from '../../core/witness/answer.js';
import { chainOfHashes, readDigests } from '../../core/witness/digests.js';
import { columnOf } from '../../core/witness/halo-chains.js';
import { outputsHash, outputsOf } from '../../core/witness/outputs.js';
import { type KeptSpan, retell, retellBricks } from '../../core/witness/retell.js';
import { exchangeOf } from '../../core/witness/span.js';
import { type HashTable, readTrace, writeTrace } from '../../core/witness/trace.js';
import type { Engine } from '../../shaders/engine.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import type { Demand } from './asking.js';
import { Bisection } from './bisection.js';
import type { Finding } from './case.js';
import { Checker, digest } from './checker.js';
import { deviceOf, newcomer, PlayedRun } from './played-run.suite.js';
import type { SignedSpan } from './signed-span.js';

/** Every kind of edge: cut, free, absorbing, fixed, and periodic without a cut. */
const job: Job = checkJob({
  name: 'bisected',
  model: 'medium',
  grid: { shape: [16, 16, 16], spacing: 1, brick: 4 },
  time: { steps: 400, dt: 0.1 },
  media: { speed: { base: 2, regions: [{ shape: 'layer', axis: 'z', from: 0, to: 7, value: 2.5 }] } },
  boundary: { z: ['neumann', 'absorbing'], y: 'dirichlet', x: 'periodic' },
  sources: {
    hum: {
      field: 'psi',
      at: { z: 6, y: 8, x: 8 },
      amplitude: 500,
      signal: { shape: 'tone-burst', frequency: 0.2, cycles: 40 },
    },
  },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3, centre: { z: 7, y: 6, x: 5 } } },
  outputs: { film: { fields: ['psi'], every: 5 } },
  run: { exchangeEvery: 2 },
});

/** Exchanges enough that they are not all told of at once. */
const STEPS = 160;

const BOXES: readonly Box[] = [
  { lo: [0, 0, 0], hi: [8, 16, 16] },
  { lo: [8, 0, 0], hi: [16, 16, 16] },
];

const objects = { get: async () => undefined };
const checker = new Checker(() => createWasmEngine());

let honest: Engine;
let numericalClass: string;
let kept: KeptSpan;
let truth: Teller;
beforeAll(async () => {
  honest = await createWasmEngine();
  const device = await deviceOf(honest);
  numericalClass = device.numericalClass;
  const run = await PlayedRun.start(job, BOXES, [await newcomer(device), await newcomer(device)], {
    checker,
  });
  await run.span(STEPS);
  const { span, evidence } = await run.lastSpan(0, STEPS);
  await run.close();
  kept = { job, span, start: evidence.start as Float32Array, received: evidence.received };
  truth = await teller('truthful', honest);
});
afterAll(async () => {
  await checker.close();
  await honest.close();
});

/** Somebody who has signed for the span, and how it answers what is asked of it. */
interface Teller {
  readonly signed: SignedSpan;
  readonly answer: (message: Demand['message']) => Promise<Uint8Array | undefined>;
}

/** One that signs for what it computes, and tells what it computes when it is asked. */
async function teller(
  peer: string,
  engine: Engine,
  { retells = engine, own = kept }: { readonly retells?: Engine; readonly own?: KeptSpan } = {},
): Promise<Teller> {
  const start = { kind: 'cells', cells: own.start } as const;
  const given = { start, received: own.received };
  const made = await answerTo({ engine, objects, digest, goesOn: () => true }, job, own.span, given);
  const { plan, shard, from, to } = own.span;
  const statement: Statement = {
    job: plan.job,
    plan: plan.id,
    shard,
    from,
    step: to,
    root: made.start,
    outputs: made.outputs,
    halos: made.halos,
  };
  const digests = readDigests(made.bricks, 2 * 4 * 4) as Uint8Array;
  const known = { party: { key: peer, owner: peer }, key: peer, numericalClass, isOwn: false };
  const tools = { engine: retells, objects, digest };
  return {
    signed: { peer, known, statement, digests },
    answer: async (message) => {
      switch (message.type) {
        case 'trace':
          return retell(tools, own, message.at);
        case 'bricks':
          return retellBricks(tools, own, message.at, message.bricks);
        case 'show':
          return undefined;
      }
    },
  };
}

const liar = async (attack: Attack): Promise<Teller> => teller('liar', attack.on(honest));

/** How often anybody was asked to trace, in the dispute that was looked into last. */
let traced = 0;

/** `of`: the numerical class of both; `limit`: bytes that each shows. */
async function bisect(
  peer: Teller,
  shadow: Teller,
  { of, checkedBy = numericalClass, limit = 1e9 }: { of?: string; checkedBy?: string; limit?: number } = {},
): Promise<Finding> {
  traced = 0;
  const tellers = [peer, shadow];
  const bisection = new Bisection(job, {
    asking: {
      demand: async (asked, _, { message }) => {
        if (message.type === 'trace') traced += 1;
        return tellers.find(({ signed }) => signed.peer === asked)?.answer(message);
      },
    },
    court: { numericalClass: async () => checkedBy },
    checker,
    store: objects,
    limit,
  });
  const claimed = ({ signed }: Teller): SignedSpan =>
    of === undefined ? signed : { ...signed, known: { ...signed.known, numericalClass: of } };
  return bisection.find(kept.span, { peer: claimed(peer), shadow: claimed(shadow) }, undefined, 1000);
}

function named(finding: Finding): string[] {
  return 'who' in finding ? finding.who.map(({ peer }) => peer) : [];
}

/** Its lies begin with its so manieth advance, in each shard that it computes. */
const late = (attack: Attack, first: number): Attack => ({
  name: `${attack.name}, late`,
  on: (engine) => ({
    ...attack.on(engine),
    createShard: async (spec) => {
      const shard = await engine.createShard(spec);
      const lying = await attack
        .on({ ...engine, createShard: async () => shard } as Engine)
        .createShard(spec);
      let advances = 0;
      return {
        ...lying,
        advance: (updates) => (++advances < first ? shard : lying).advance(updates),
      };
    },
  }),
});

test('of two who differ, whoever computes with another medium is named, whichever of the two it is', async () => {
  const wrong = await liar(wrongMedium);
  expect(named(await bisect(truth, wrong))).toEqual(['liar']);
  expect(await bisect(wrong, truth)).toMatchObject({ kind: 'lied', who: [{ peer: 'liar' }] });
});

test.each([
  { where: 'in the midst', cell: [5, 6, 6] as const },
  { where: 'at the cut', cell: [7, 9, 6] as const },
  { where: 'at the free face', cell: [0, 5, 9] as const },
  { where: 'across the period', cell: [3, 8, 0] as const },
  { where: 'beside the fixed edge', cell: [4, 1, 15] as const },
])(
  'one cell that is off late in the span, $where, is found, and by more than one tracing',
  async ({ cell }) => {
    const wrong = await liar(late(cellOff(cell, 1e-3), 61));
    expect(await bisect(truth, wrong)).toMatchObject({ kind: 'lied', who: [{ peer: 'liar' }] });
    expect(traced).toBeGreaterThan(2);
  },
);

test('two who lie each in its own way are both named', async () => {
  const other = await teller('another', cellOff([5, 6, 6], 1e-2).on(honest));
  expect(named(await bisect(await liar(cellOff([5, 6, 6], 1e-3)), other))).toEqual(['liar', 'another']);
});

test('whoever signs for what it does not compute again is found by its own word', async () => {
  const wrong = await teller('liar', wrongMedium.on(honest), { retells: honest });
  expect(await bisect(truth, wrong)).toMatchObject({
    kind: 'lied',
    who: [{ peer: 'liar' }],
    why: expect.stringContaining('tells of other cells'),
  });
  expect(traced).toBe(2);
});

test('whoever begins with other cells than the job does is named', async () => {
  const own = { ...kept, start: kept.start.map((value) => value * 1.01) };
  const wrong = await teller('liar', honest, { own });
  expect(await bisect(truth, wrong)).toMatchObject({ kind: 'lied', who: [{ peer: 'liar' }] });
});

test('whoever says that it sent other halos than it had is named', async () => {
  const { outgoing } = exchangeOf(job, kept.span);
  const falsified = (sent: HashTable): HashTable =>
    sent.map((row, exchange) => (exchange === 33 ? row.map((hash) => hash.map((byte) => byte ^ 1)) : row));
  const traceOf = async (at: number[]) =>
    readTrace(job, kept.span, at, (await truth.answer({ type: 'trace', at })) as Uint8Array);
  const { sent } = await traceOf([kept.span.to]);
  const halos = truth.signed.statement.halos.map(async (halo) => ({
    ...halo,
    sent: await chainOfHashes(columnOf(falsified(sent), outgoing, halo.shard), digest),
  }));
  const statement = { ...truth.signed.statement, halos: await Promise.all(halos) };
  const wrong: Teller = {
    signed: { ...truth.signed, peer: 'liar', statement },
    answer: async (message) => {
      if (message.type !== 'trace') return truth.answer(message);
      const honestly = await traceOf(message.at);
      return writeTrace({ ...honestly, sent: falsified(honestly.sent) });
    },
  };
  expect(await bisect(wrong, truth)).toMatchObject({
    kind: 'lied',
    who: [{ peer: 'liar' }],
    why: 'it sent halos that it did not have',
  });
});

/** Signs for other outputs than it has, and tells of those: `other` says which chunk, by snapshot and place. */
async function storesOtherwise(other: {
  readonly snapshot: number;
  readonly place: number;
}): Promise<Teller> {
  const falsified = (outputs: HashTable): HashTable =>
    outputs.map((row, snapshot) =>
      row.map((hash, place) =>
        snapshot === other.snapshot && place === other.place ? hash.map((byte) => byte ^ 1) : hash,
      ),
    );
  const traceOf = async (at: number[]) =>
    readTrace(job, kept.span, at, (await truth.answer({ type: 'trace', at })) as Uint8Array);
  const { outputs } = await traceOf([kept.span.to]);
  const chains = await Promise.all(falsified(outputs).map((row) => chainOfHashes(row, digest)));
  const statement = { ...truth.signed.statement, outputs: await outputsHash(chains, digest) };
  return {
    signed: { ...truth.signed, peer: 'liar', statement },
    answer: async (message) => {
      if (message.type !== 'trace') return truth.answer(message);
      const honestly = await traceOf(message.at);
      return writeTrace({ ...honestly, outputs: falsified(honestly.outputs) });
    },
  };
}

test('whoever signs for other outputs than it computes again is found by its own word', async () => {
  const statement = { ...truth.signed.statement, outputs: 'ab'.repeat(32) };
  const wrong = { ...truth, signed: { ...truth.signed, peer: 'liar', statement } };
  expect(await bisect(truth, wrong)).toMatchObject({ kind: 'lied', who: [{ peer: 'liar' }] });
});

test.each([
  { when: 'at an exchange', snapshot: 7, step: 40 },
  { when: 'between exchanges', snapshot: 20, step: 105 },
  { when: 'at its end', snapshot: 31, step: 160 },
])('whoever says that it stored other outputs than it had, $when, is named', async ({ snapshot, step }) => {
  expect(outputsOf(job, kept.span)[snapshot]?.step).toBe(step);
  const wrong = await storesOtherwise({ snapshot, place: 1 });
  const lied = { kind: 'lied', who: [{ peer: 'liar' }], why: 'its outputs are not of what it had' };
  expect(await bisect(truth, wrong)).toMatchObject(lied);
  expect(await bisect(wrong, truth)).toMatchObject(lied);
});

test('where two received other halos, neither is named, and each is held to its own', async () => {
  const received = kept.received.map((row, exchange) =>
    exchange === 33 ? row.map((cells) => cells.map((value) => value * (1 + 1e-6))) : row,
  );
  const other = await teller('another', honest, { own: { ...kept, received } });
  expect(await bisect(truth, other)).toEqual({ kind: 'open', why: 'they received other halos' });
});

/** As GPUs do: what is below f32's smallest normal is 0. */
const flushing = (engine: Engine): Engine => ({
  ...engine,
  createShard: async (spec) => {
    const shard = await engine.createShard(spec);
    return {
      ...shard,
      write: (slabs, cells) => shard.write(slabs, cells),
      advance: (updates) => shard.advance(updates),
      swapLevels: () => shard.swapLevels(),
      close: () => shard.close(),
      read: async (slabs) => (await shard.read(slabs)).map((v) => (Math.abs(v) < 2 ** -126 ? 0 : v)),
    };
  },
});

test('an honest device that makes 0 of the smallest numbers is not named, where the other changes as small ones', async () => {
  // All is silent but one brick, which is so quiet that what comes of it in the next one is below f32's smallest normal.
  const start = new Float32Array(kept.start.length);
  const size = start.length / 32;
  start.fill(1e-37, 14 * size, 15 * size);
  const received = kept.received.map((row) => row.map(({ length }) => new Float32Array(length)));
  const own = { ...kept, start, received };
  const honestly = await teller('truthful', flushing(honest), { own });
  const wrong = await teller('liar', flushing(cellOff([2, 13, 13], 1e-36).on(honest)), { own });
  expect(await bisect(honestly, wrong, { of: 'gpu', checkedBy: 'plain' })).toMatchObject({ kind: 'open' });
  const louder = await teller('liar', flushing(cellOff([2, 13, 13], 1e-3).on(honest)), { own });
  expect(named(await bisect(honestly, louder, { of: 'gpu', checkedBy: 'plain' }))).toEqual(['liar']);
});

test('whoever shows other bricks than it told of is named, and its word counts for nothing', async () => {
  const wrong = await liar(cellOff([5, 6, 6], 1e-3));
  const answer: Teller['answer'] = async (message) => {
    const bytes = await wrong.answer(message);
    return message.type === 'bricks' ? bytes?.map((byte, i) => (i === 3 ? byte ^ 1 : byte)) : bytes;
  };
  expect(named(await bisect({ ...wrong, answer }, truth))).toEqual(['liar']);
});

test('whoever says nothing is told from whoever does; bricks of one of the two are enough', async () => {
  const wrong = await liar(wrongMedium);
  const silent = { ...wrong, answer: async () => undefined };
  expect(await bisect(truth, silent)).toMatchObject({ kind: 'silent', who: [{ peer: 'liar' }] });
  const answer: Teller['answer'] = async (message) =>
    message.type === 'bricks' ? undefined : wrong.answer(message);
  expect(await bisect(truth, { ...wrong, answer })).toMatchObject({ kind: 'lied', who: [{ peer: 'liar' }] });
});

test('on another class than the coordinator’s, whoever is beyond the tolerance is named; who is within it is not', async () => {
  const fused = fusedEngine();
  const [honestly, falsely, hardly] = await Promise.all([
    teller('truthful', fused),
    teller('liar', wrongMedium.on(fused)),
    teller('liar', cellOff([5, 6, 6], 1e-7).on(fused)),
  ]);
  const between = { of: 'fused', checkedBy: 'plain' };
  expect(await bisect(honestly, falsely, between)).toMatchObject({ kind: 'lied', who: [{ peer: 'liar' }] });
  expect(await bisect(hardly, honestly, between)).toMatchObject({ kind: 'open' });
});

test('nor is a device of another class that leaves the range of its numbers a step sooner', async () => {
  const sooner = notFinite([5, 6, 6]).on(honest);
  const times = (size: number) => ({
    own: {
      ...kept,
      start: kept.start.map((value) => size * value),
      received: kept.received.map((row) => row.map((cells) => cells.map((value) => size * value))),
    },
  });
  const findingOf = async (size: number) =>
    bisect(await teller('truthful', honest, times(size)), await teller('liar', sooner, times(size)), {
      of: 'gpu',
      checkedBy: 'plain',
    });
  expect(await findingOf(1e33)).toEqual({ kind: 'infinite' });
  expect(named(await findingOf(1))).toEqual(['liar']);
});

test('where nobody can compute what they did, nobody is named', async () => {
  const wrong = await liar(wrongMedium);
  const known = { ...wrong.signed.known, numericalClass: 'another' };
  expect(await bisect(truth, { ...wrong, signed: { ...wrong.signed, known } })).toMatchObject({
    kind: 'open',
  });
  expect(await bisect(truth, wrong, { limit: 1000 })).toMatchObject({ kind: 'open' });
});
