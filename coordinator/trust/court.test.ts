import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { boxOfShape } from '../../core/grid/box.js';
import { checkJob } from '../../core/job/check.js';
import type { Answer, ToPeer } from '../../core/protocol/messages.js';
import { answerTo } from '../../core/witness/answer.js';
import { brickDigests, readDigests, stateCells, writeDigests } from '../../core/witness/digests.js';
import { readEvidence } from '../../core/witness/evidence.js';
import type { Span } from '../../core/witness/span.js';
import type { Engine } from '../../shaders/engine.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import type { Member } from '../room/conductor.js';
import { Checker, digest } from './checker.js';
import type { Claim } from './claim.js';
import { Court, type Judgement } from './court.js';
import { EvidenceDesk } from './evidence-desk.js';
import { Inquiries } from './inquiries.js';
import { type Duty, Inspectors } from './inspectors.js';
import { newParties } from './parties.fixture.js';
import type { Known, Parties } from './parties.js';
import { type Precaution, Supervisor } from './supervisor.js';

const job = checkJob({
  name: 'court',
  model: 'wave',
  grid: { shape: [8, 8, 16], spacing: 1, brick: 8 },
  time: { steps: 40 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 2 } },
});
const box = boxOfShape([8, 8, 16]);
const span: Span = {
  plan: {
    ...{ id: 1, job: 'court-1', from: 0, exchangeEvery: 4, epoch: 8 },
    source: { kind: 'initial' },
    shards: [{ peer: 'aaaa', box }],
  },
  shard: 0,
  from: 8,
  to: 16,
};
const objects = { get: async () => undefined };
const knownAs = (key: string, owner: string): Known => ({
  ...{ key, party: { key, owner }, numericalClass: '0123456789abcdef', isOwn: false },
});

let engine: Engine;
let checker: Checker;
let honest: Claim;
beforeAll(async () => {
  engine = await createWasmEngine();
  checker = new Checker(() => createWasmEngine());
  const cells = Float32Array.from({ length: stateCells(job, box) }, (_, n) => Math.sin(n));
  const statement = {
    job: 'court-1',
    plan: 1,
    shard: 0,
    from: 8,
    step: 16,
    root: '',
    outputs: '',
    halos: [],
  };
  const claim: Claim = {
    ...{ job, span, statement, sameClass: true, stores: true, keepsHalves: false, isInDoubt: false },
    digests: new Uint8Array(),
    evidence: { received: [[], []] },
    start: { kind: 'cells', cells },
    startDigests: await brickDigests(job, box, cells, digest),
  };
  const { bricks, outputs } = await compute(claim);
  const signed = { ...statement, outputs };
  honest = { ...claim, statement: signed, digests: readDigests(bricks, 2) as Uint8Array };
});
afterAll(async () => {
  await checker.close();
  await engine.close();
});

/** What an honest inspector answers. */
function compute({ start, evidence }: Pick<Claim, 'start' | 'evidence'>): Promise<Answer> {
  const tools = { engine, objects, digest, goesOn: () => true };
  return answerTo(tools, job, span, { start, received: evidence.received });
}

const falsely = (claim: Claim): Claim => ({ ...claim, digests: claim.digests.map((byte) => byte ^ 1) });

let desk: EvidenceDesk;
let inquiries: Inquiries;
let asked: ToPeer[];
beforeEach(() => {
  desk = new EvidenceDesk();
  inquiries = new Inquiries(desk);
  asked = [];
});

type Behaviour = (given: Claim) => Promise<Answer | { failure: string } | undefined>;

/** A peer that answers as it is told to, given what lies for it at the desk. */
function peer(behaviour: Behaviour): Member {
  const member: Member = {
    ...{ id: 'bbbb', name: 'inspector', kind: 'node', owner: 'bob', nonce: '' },
    ability: { engine: 'wasm', device: 'test', rate: 1e8, memory: 1e9 },
    roundTrip: () => undefined,
    isAway: () => false,
    allow: () => {},
    dismiss: () => {},
    send(message) {
      asked.push(message);
      if (message.type !== 'inspect') return;
      const bytes = desk.offered(message.url.slice('/evidence/'.length)) as Uint8Array;
      const { start, received } = readEvidence(job, span, { start: true, outcome: false }, bytes);
      const given: Claim = {
        ...honest,
        start: { kind: 'cells', cells: start as Float32Array },
        evidence: { received },
      };
      void behaviour(given).then((answer) => {
        if (answer) inquiries.answered(member, { type: 'inspected', request: message.request, answer });
      });
    },
  };
  return member;
}

class Drawn extends Supervisor {
  constructor(private readonly precaution: Precaution) {
    super();
  }

  override draw(): Precaution {
    return this.precaution;
  }
}

async function judge(
  claim: Claim,
  behaviour: Behaviour,
  { precaution = 'none', duty = 'none' }: { precaution?: Precaution; duty?: Duty } = {},
): Promise<{ judgement: Judgement | undefined; parties: Parties }> {
  const parties = newParties('main');
  const members = [peer(behaviour)];
  const inspectors = new Inspectors({
    members: () => members,
    knownOf: () => knownAs('b', 'bob'),
    dutyOf: () => duty,
    onChange: () => {},
  });
  const supervisor = new Drawn(precaution);
  const court = new Court({ checker, inspectors, inquiries, supervisor, parties, log: () => {} });
  const judgement = await court.judge(objects, claim, knownAs('a', 'ann'), () => true);
  parties.stands(0);
  return { judgement, parties };
}

it('a span stands where an inspector comes to what was signed; the inspector is told nothing of that, and has credit for it', async () => {
  const { judgement, parties } = await judge(honest, compute);
  expect(judgement).toEqual({ verdict: { kind: 'holds' }, by: 'bbbb' });
  expect(JSON.stringify(asked)).not.toContain(writeDigests(honest.digests));
  expect(parties.credit.export().credits).toEqual([{ key: 'b', owner: 'bob', cellUpdates: 8 * 8 * 8 * 16 }]);
});

it('where it comes to something else the coordinator computes, and the peer that signed falsely is the liar', async () => {
  const { judgement } = await judge(falsely(honest), compute);
  expect(judgement).toMatchObject({ verdict: { kind: 'lied' }, by: 'coordinator' });
  expect(judgement?.liar).toBeUndefined();
});

it('an inspector that says otherwise of a true span is the liar, and has no credit', async () => {
  const { judgement, parties } = await judge(honest, async (given) => ({
    ...(await compute(given)),
    bricks: writeDigests(falsely(honest).digests),
  }));
  expect(judgement).toMatchObject({ verdict: { kind: 'holds' }, liar: { peer: 'bbbb' } });
  expect(parties.credit.export().credits).toEqual([]);
});

it('one that was given other cells than were sent is asked no more, and not shut out', async () => {
  const { judgement, parties } = await judge(honest, (given) =>
    compute({ ...given, start: { kind: 'cells', cells: new Float32Array(stateCells(job, box)) } }),
  );
  expect(judgement).toMatchObject({ verdict: { kind: 'holds' }, by: 'coordinator' });
  expect(judgement?.liar).toBeUndefined();
  expect(parties.credit.export().credits).toEqual([]);
});

it('who says nothing, or cannot, is not waited for: the coordinator computes', async () => {
  inquiries = new Inquiries(desk, 20);
  for (const behaviour of [async () => undefined, async () => ({ failure: 'no room' })]) {
    const { judgement, parties } = await judge(falsely(honest), behaviour);
    expect(judgement).toMatchObject({ verdict: { kind: 'lied' }, by: 'coordinator' });
    expect(parties.credit.export().credits).toEqual([]);
  }
});

it('who vouches for what is false is found where the coordinator computes it too', async () => {
  const echo = async (given: Claim) => ({
    ...(await compute(given)),
    bricks: writeDigests(falsely(honest).digests),
  });
  const { judgement } = await judge(falsely(honest), echo, { precaution: 'again' });
  expect(judgement).toMatchObject({ verdict: { kind: 'lied' }, liar: { peer: 'bbbb' } });
});

it('given one cell otherwise, who computes is right, and who repeats what was signed is found', async () => {
  const right = await judge(honest, compute, { precaution: 'altered' });
  expect(right.judgement).toMatchObject({ verdict: { kind: 'holds' }, by: 'coordinator' });
  expect(right.judgement?.liar).toBeUndefined();
  const echo = async (given: Claim) => ({ ...(await compute(given)), bricks: writeDigests(honest.digests) });
  const lazy = await judge(honest, echo, { precaution: 'altered' });
  expect(lazy.judgement).toMatchObject({ verdict: { kind: 'holds' }, liar: { peer: 'bbbb' } });
});

it('the answers of others are not taken for an inspector’s', async () => {
  inquiries = new Inquiries(desk, 200);
  const { judgement } = await judge(honest, async (given) => {
    const answer = await compute(given);
    inquiries.answered(
      { ...peer(async () => undefined), id: 'cccc' },
      { type: 'inspected', request: 1, answer },
    );
    return undefined;
  });
  expect(judgement?.by).toBe('coordinator');
});

it('what was signed is false for all who signed it where its start is signed for, and else may be falsely shown', async () => {
  const check = (claim: Claim) => checker.check(objects, claim, () => true);
  expect(await check(falsely(honest))).toMatchObject({ kind: 'lied', isSignedFalse: true });
  const unsigned = { ...falsely(honest), startDigests: undefined };
  expect(await check(unsigned)).toMatchObject({ kind: 'lied', isSignedFalse: false });
});
