import { randomBytes } from 'node:crypto';
import { bytesToHex } from '@noble/hashes/utils';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import { bricksOf } from '../../core/grid/bricks.js';
import { checkJob } from '../../core/job/check.js';
import { holdersIn } from '../../core/protocol/holders.js';
import type { ToPeer } from '../../core/protocol/messages.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';
import { BRICK_DIGEST_BYTES } from '../../core/trust/statement/digest-size.js';
import { bestEd25519, keyProof, type Signer, signerOf } from '../../core/trust/statement/ed25519.js';
import { signStatement } from '../../core/trust/statement/statement.js';
import { rootOf, writeDigests } from '../../core/witness/digests.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import type { Member } from '../room/conductor.js';
import { Checker, digest, type Verdict } from './checker.js';
import type { Judge } from './court.js';
import { EvidenceDesk } from './evidence-desk.js';
import { newParties } from './parties.fixture.js';
import type { Parties } from './parties.js';
import { shadowedPlan } from './shadowed-plan.fixture.js';
import { Vetting } from './vetting.js';

const job = checkJob({
  name: 'vetted',
  model: 'wave',
  grid: { shape: [16, 16, 16], spacing: 1, brick: 8 },
  time: { steps: 800, courant: 0.5 },
  parameters: { speed: 1 },
  trust: { own: 'believed' },
});

const plan = shadowedPlan('vetted-1');

/** Where its spans end. */
const ENDS = [16, 32];

const ROOM = 'a room';
const checker = new Checker(() => createWasmEngine());
afterAll(() => checker.close());

/** Three peers, who are what the room takes them for: its own, who are believed, or strangers, who are checked. */
class Scene {
  readonly dismissed: string[] = [];
  readonly asked: PeerId[] = [];
  /** Who was asked to compute a span once more. */
  readonly traced: PeerId[] = [];
  /** Who was doubted, and for whom beside it. */
  readonly doubted: (PeerId | undefined)[][] = [];
  readonly failures: unknown[] = [];
  readonly foundOut: PeerId[] = [];
  /** What comes of every check; unless a test says so, none is ever over. */
  verdict: Verdict | undefined;
  readonly vetting: Vetting;
  #sent = 0;
  #read = 0;
  readonly #parties: Parties;
  readonly #signers: ReadonlyMap<PeerId, Signer>;

  private constructor(parties: Parties, signers: ReadonlyMap<PeerId, Signer>, limit?: number) {
    this.#parties = parties;
    this.#signers = signers;
    const desk = new EvidenceDesk(limit);
    const court: Judge = {
      numericalClass: async () => 'one',
      judge: async () => this.verdict && { verdict: this.verdict, by: 'coordinator' },
    };
    const inspection = { parties, desk, court, checker, log: () => {} };
    const store = { get: async () => undefined };
    this.vetting = new Vetting(
      plan.job,
      job,
      { ...inspection, store },
      {
        tell: (peer, message: ToPeer) => {
          if (message.type === 'trace') this.traced.push(peer);
          if (message.type !== 'show') return;
          this.asked.push(peer);
          const token = message.url.slice('/evidence/'.length);
          if (this.verdict) desk.deliver(token, new Uint8Array(desk.due(token) ?? 0));
        },
        isWaiting: () => false,
        failed: (error) => this.failures.push(error),
        progressed: () => {
          this.#read += 1;
        },
        foundOut: (peer) => this.foundOut.push(peer),
        doubtful: (peer, _, other) => this.doubted.push([peer, other]),
        unclear: () => {},
        spoilt: () => {},
      },
    );
    this.vetting.follow(plan);
  }

  /** `areSampled`: whatever two agree on is drawn. `limit`: bytes that a peer shows of one span. */
  static async open(
    are: 'believed' | 'strangers',
    { areSampled = false, limit }: { readonly areSampled?: boolean; readonly limit?: number } = {},
  ): Promise<Scene> {
    const ed25519 = await bestEd25519();
    const peers = holdersIn(plan).map(({ peer }) => peer);
    const signers = new Map(peers.map((peer) => [peer, signerOf(ed25519, randomBytes(32))]));
    const own = are === 'believed' ? [...signers.values()].map(({ key }) => key) : [];
    const parties = newParties(ROOM, own);
    vi.spyOn(parties, 'isSampled').mockReturnValue(areSampled);
    const scene = new Scene(parties, signers, limit);
    for (const peer of peers) await scene.#introduce(peer);
    for (const step of ENDS) scene.vetting.endSpanAt(step, true);
    return scene;
  }

  /** A peer signs for what it would have computed truly, or for a first byte of its digests that is another. Resolves when it has been sent, and not yet read. */
  async signs(peer: PeerId, from: number, step: number, at: Plan = plan, byte = 0): Promise<void> {
    const shard = holdersIn(plan).find((holder) => holder.peer === peer)?.shard ?? 0;
    const { box } = plan.shards[shard] as Plan['shards'][number];
    const digests = new Uint8Array(bricksOf(job.grid, box).length * BRICK_DIGEST_BYTES);
    digests[0] = byte;
    const other = 1 - shard;
    const statement = {
      job: plan.job,
      plan: at.id,
      shard,
      from,
      step,
      root: await rootOf(digests, digest),
      outputs: hash(9),
      halos: [{ shard: other, sent: hash(shard), received: hash(other) }],
    };
    const signature = await signStatement(this.#signers.get(peer) as Signer, statement);
    const bricks = writeDigests(digests);
    this.#sent += 1;
    this.vetting.signed(this.#member(peer), { type: 'signed', plan: at.id, statement, bricks, signature });
  }

  withholds(peer: PeerId, step: number): void {
    this.vetting.withheld(this.#member(peer), { type: 'withheld', plan: plan.id, step, reason: 'a test' });
  }

  /** Resolves when all that was sent has been read. */
  async settled(): Promise<void> {
    await vi.waitFor(() => expect(this.#read).toBeGreaterThanOrEqual(this.#sent));
  }

  async #introduce(peer: PeerId): Promise<void> {
    const signer = this.#signers.get(peer) as Signer;
    const member = this.#member(peer);
    const proof = await signer.sign(keyProof({ room: ROOM, peer, nonce: member.nonce }));
    await this.#parties.introduced(member, {
      type: 'key',
      key: signer.key,
      proof: bytesToHex(proof),
      numericalClass: 'one',
    });
  }

  #member(id: PeerId): Member {
    return {
      id,
      name: id,
      kind: 'node',
      ability: { engine: 'wasm', device: 'a test', memory: 1, rate: 1e8 },
      owner: id,
      nonce: 'n',
      roundTrip: () => undefined,
      isAway: () => false,
      send: () => {},
      allow: () => {},
      dismiss: (_, why) => this.dismissed.push(`${id}: ${why}`),
    };
  }
}

const hash = (digit: number) => `${digit}`.repeat(64);

let scene: Scene;
beforeEach(async () => {
  scene = await Scene.open('believed');
});
afterEach(async () => {
  await scene.vetting.close();
  expect(scene.failures).toEqual([]);
});

const isVetted = (step: number) => vi.waitFor(() => expect(scene.vetting.isVettedThrough(step)).toBe(true));

test('whoever is retired while what it signed is read does not count, and is not blamed', async () => {
  await scene.signs('bert', 0, 16);
  await scene.signs('cora', 0, 16);
  await scene.signs('anna', 0, 16);
  scene.vetting.retire(plan.id, 'anna', 24);
  await scene.signs('anna', 16, 32);
  await isVetted(16);
  expect(scene.dismissed).toEqual([]);
});

test.each([
  [0, 32],
  [8, 32],
  [16, 16],
])('a peer that signed up to step 16 may not sign from %i to %i next', async (from, step) => {
  for (const peer of ['anna', 'cora', 'bert']) await scene.signs(peer, 0, 16);
  await scene.signs('bert', from, step);
  await vi.waitFor(() =>
    expect(scene.dismissed).toEqual([expect.stringMatching(/^bert: a span begins where/)]),
  );
  await scene.signs('bert', 16, 32);
  for (const peer of ['anna', 'cora']) await scene.signs(peer, 16, 32);
  await isVetted(32);
});

test('a plan cannot go on without a peer whose span is being checked', async () => {
  await scene.vetting.close();
  scene = await Scene.open('strangers');
  expect(scene.vetting.canRetire('bert')).toBe(true);
  for (const peer of ['anna', 'cora', 'bert']) await scene.signs(peer, 0, 16);
  await vi.waitFor(() => expect(scene.asked).toContain('bert'));
  expect(scene.vetting.canRetire('bert')).toBe(false);
});

test('a plan is compared when all of the one before it has been', async () => {
  await scene.vetting.close();
  scene = await Scene.open('strangers');
  const next: Plan = { ...plan, id: 2, from: 16, source: { kind: 'transfer', shards: plan.shards } };
  scene.vetting.follow(next);
  scene.vetting.endSpanAt(32, true);
  for (const peer of ['anna', 'cora'] as const) await scene.signs(peer, 0, 16);
  for (const peer of ['anna', 'cora', 'bert'] as const) await scene.signs(peer, 16, 32, next);
  await scene.settled();
  expect([scene.asked, scene.vetting.silent?.peer]).toEqual([[], 'bert']);
  await scene.signs('bert', 0, 16);
  await vi.waitFor(() => expect(scene.asked).toContain('bert'));
});

test('a peer that signs for a span where none ends is refused, and no other is waited for', async () => {
  await scene.signs('bert', 0, 24);
  await vi.waitFor(() =>
    expect(scene.dismissed).toEqual(['bert: a span ends where peers were told that it does']),
  );
  expect(scene.vetting.silent).toBeUndefined();
});

test('a span ends wherever a grant, or the next plan, or the job does', async () => {
  expect(scene.vetting.endSpanAt(48, true)).toBe(true);
  scene.vetting.follow({ ...plan, id: 2, from: 64, source: { kind: 'transfer', shards: plan.shards } });
  const ends = [0, 16, 48, 64, job.steps];
  for (const [i, step] of ends.slice(1).entries()) await scene.signs('bert', ends[i] as number, step);
  await scene.settled();
  expect(scene.dismissed).toEqual([]);
});

test('while the field is in doubt all are checked, two who agree too, and a span ends as soon as it can', async () => {
  await scene.vetting.close();
  scene = await Scene.open('strangers');
  scene.verdict = { kind: 'holds' };
  expect(scene.vetting.endSpanAt(40, false)).toBe(false);
  scene.vetting.doubtAll(20);
  expect([48, 56].map((until) => scene.vetting.endSpanAt(until, false))).toEqual([true, false]);
  for (const peer of ['anna', 'cora', 'bert']) await scene.signs(peer, 0, 16);
  await vi.waitFor(() => expect(scene.asked).toEqual(['anna', 'bert']));
  await vi.waitFor(() => expect(scene.vetting.isCheckedBefore(16)).toBe(false));
  expect(scene.vetting.isVettedThrough(16)).toBe(false);
});

test('what was in doubt is checked when it is computed again too, and nothing beyond it', async () => {
  await scene.vetting.close();
  scene = await Scene.open('strangers');
  scene.verdict = { kind: 'holds' };
  scene.vetting.doubtAll(8);
  scene.vetting.goBack();
  scene.vetting.follow(plan);
  for (const step of ENDS) scene.vetting.endSpanAt(step, true);
  for (const peer of ['anna', 'cora', 'bert']) await scene.signs(peer, 0, 16);
  await vi.waitFor(() => expect(scene.asked).toEqual(['anna', 'bert']));
  await vi.waitFor(() => expect(scene.vetting.isVettedThrough(16)).toBe(true));
});

test('where two have signed for the same, and it is false, both are found out', async () => {
  await scene.vetting.close();
  scene = await Scene.open('strangers', { areSampled: true });
  scene.verdict = { kind: 'lied', why: 'it is false', isSignedFalse: true };
  // Of bert nothing comes before that.
  for (const peer of ['anna', 'cora', 'bert'] as const) await scene.signs(peer, 0, 16);
  await vi.waitFor(() => expect(scene.foundOut).toEqual(['anna', 'cora', 'bert']));
});

test('where all are believed, they sign for states alone, where these are kept; with a stranger among them, for spans', async () => {
  const { shadows: _, ...alone } = plan;
  expect([plan, alone].map((of) => scene.vetting.termsOf(of).signed)).toEqual(['spans', 'states']);
  const later = Date.now() + 600_000;
  scene.vetting.follow({ ...alone, id: 2, signed: 'states' });
  const now = vi.spyOn(Date, 'now').mockReturnValue(later);
  expect([false, true].map((isKept) => scene.vetting.endSpanAt(48, isKept))).toEqual([false, true]);
  now.mockRestore();
  expect(scene.vetting.vettedThrough).toBeUndefined();
  await scene.vetting.close();
  scene = await Scene.open('strangers');
  expect(scene.vetting.termsOf(alone)).toEqual({ signed: 'spans' });
});

/** Of the 16 KiB of half the grid, and its halos, nothing can be shown. */
const TOO_LITTLE = 10_000;

test('of shards too large to be shown nothing is asked, as long as nobody differs; the status says which have no shadow', async () => {
  await scene.vetting.close();
  scene = await Scene.open('strangers', { limit: TOO_LITTLE });
  expect(scene.vetting.termsOf(plan)).toEqual({ signed: 'spans', unseen: [1] });
  for (const peer of ['anna', 'cora', 'bert']) await scene.signs(peer, 0, 16);
  await isVetted(16);
  expect([scene.asked, scene.traced, scene.vetting.unseen]).toEqual([[], [], ['bert']]);
  scene.vetting.goBack();
  expect(scene.vetting.unseen).toEqual([]);
  expect(scene.vetting.lastUnseen).toContain('bert');
});

test('where the two of such a shard differ, both are asked to trace; nothing is vetted before, and who withholds it is doubted', async () => {
  await scene.vetting.close();
  scene = await Scene.open('strangers', { limit: TOO_LITTLE });
  for (const peer of ['anna', 'bert']) await scene.signs(peer, 0, 16);
  await scene.signs('cora', 0, 16, plan, 1);
  await vi.waitFor(() => expect(scene.traced).toEqual(['anna', 'cora']));
  expect([scene.vetting.isVettedThrough(16), scene.vetting.canRetire('cora')]).toEqual([false, false]);
  for (const peer of ['anna', 'cora']) scene.withholds(peer, 16);
  await vi.waitFor(() =>
    expect(scene.doubted).toEqual([
      ['anna', undefined],
      ['cora', undefined],
    ]),
  );
  expect(scene.vetting.canRetire('cora')).toBe(true);
});
