import { randomBytes } from 'node:crypto';
import { bytesToHex } from '@noble/hashes/utils';
import { DivergedError } from '../../core/errors.js';
import type { Box } from '../../core/grid/box.js';
import { updateBoxes } from '../../core/grid/deep.js';
import type { Job } from '../../core/job/job.js';
import { readParcels } from '../../core/peer/exchange.js';
import { loadInitial } from '../../core/peer/load.js';
import { type OpenShard, openShard } from '../../core/peer/open-shard.js';
import { ProbeLog } from '../../core/peer/probe-log.js';
import { loadMedia } from '../../core/peer/surroundings.js';
import type { ToPeer } from '../../core/protocol/messages.js';
import type { Plan } from '../../core/protocol/plan.js';
import { runTestWindow } from '../../core/trust/classes/test-window.js';
import { bestEd25519, keyIdOf, keyProof, signerOf } from '../../core/trust/statement/ed25519.js';
import { type Evidence, readEvidence } from '../../core/witness/evidence.js';
import { exchangeOf, type Span } from '../../core/witness/span.js';
import { type Identity, Witness } from '../../core/witness/witness.js';
import type { Engine } from '../../shaders/engine.js';
import type { Member, RunMessage } from '../room/conductor.js';
import { type Checker, digest } from './checker.js';
import type { Judge } from './court.js';
import { EvidenceDesk } from './evidence-desk.js';
import { newParties } from './parties.fixture.js';
import type { Parties } from './parties.js';
import { Vetting } from './vetting.js';

export type SignedMessage = Extract<RunMessage, { type: 'signed' }>;

/** What a peer does otherwise than it should, beside what its engine does. Whatever is left out is honest. */
export interface Deceit {
  /** What goes to a neighbour in place of a halo. */
  readonly sends?: (to: number, cells: Float32Array) => Float32Array;
  /** What it says that it sent. */
  readonly saysSent?: (to: number, honest: Float32Array, sent: Float32Array) => Float32Array;
  /** What it computes with, and signs for, in place of a halo that came. */
  readonly takes?: (from: number, cells: Float32Array) => Float32Array;
  /** What it says that it received. */
  readonly saysReceived?: (from: number, cells: Float32Array) => Float32Array;
  /** What it says in place of what it would sign. */
  readonly says?: (message: SignedMessage, own: Player) => Promise<SignedMessage | undefined>;
}

/** An engine, and the numerical class that its peer claims. */
export interface Device {
  readonly engine: Engine;
  readonly numericalClass: string;
}

/** Somebody who computes a shard: a key, an engine, and what it does otherwise than it should. */
export interface Player extends Device {
  readonly identity: Identity;
  readonly owner: string;
  readonly deceit: Deceit;
}

export async function deviceOf(engine: Engine): Promise<Device> {
  const { class: numericalClass } = await runTestWindow(engine);
  return { engine, numericalClass };
}

const ed25519 = bestEd25519();

/** A peer with a new key, and an owner of its own unless one is named. */
export async function newcomer(
  device: Device,
  { owner = bytesToHex(randomBytes(8)), deceit = {} }: Partial<Pick<Player, 'owner' | 'deceit'>> = {},
): Promise<Player> {
  const signer = signerOf(await ed25519, randomBytes(32));
  return { ...device, identity: { signer, digest }, owner, deceit };
}

/** Under what name `Parties` knows a player. */
export const partyOf = ({ identity, owner }: Player) => ({
  key: keyIdOf(Buffer.from(identity.signer.key, 'hex')),
  owner,
});

/** What came of holding peers to what they sign. `shard` is the one that is named. */
export interface Found {
  readonly kind: 'found out' | 'doubtful' | 'refused';
  readonly shard: number;
  readonly why: string;
  /** The other one of two that contradict each other. */
  readonly other?: number;
}

interface Seat {
  readonly player: Player;
  readonly member: Member;
  readonly opened: OpenShard;
  readonly witness: Witness;
}

const ROOM = 'played';
const objects = { get: async () => undefined };

/** Whom a played run has met so far, and what of them, where several runs follow one another. */
export const playedParties = (): Parties => newParties(ROOM);

/**
 * Some peers that compute a job in step with one another, in one process, and are held to what they sign by all that a
 * coordinator has: `Parties`, `Vetting` and a `Checker`. What travels between peers is handed over here.
 */
export class PlayedRun {
  readonly #job: Job;
  readonly #plan: Plan;
  readonly #vetting: Vetting;
  readonly #desk = new EvidenceDesk();
  readonly #seats: Seat[] = [];
  #step = 0;
  #failure: unknown;
  #wake: () => void = () => {};
  /** In the order in which it was found. */
  readonly found: Found[] = [];
  /** Spans that were computed again and held, or did not. */
  checks = 0;

  private constructor(job: Job, plan: Plan, checker: Checker, parties: Parties) {
    this.#job = job;
    this.#plan = plan;
    const log = (event: string) => {
      if (event === 'checked') this.checks += 1;
    };
    this.#vetting = new Vetting(
      plan.job,
      job,
      { parties, desk: this.#desk, court: alone(checker), checker, log, store: objects },
      {
        tell: (peer, message) => this.#tell(this.#seatOf(peer), message),
        isWaiting: () => true,
        foundOut: (peer, why) => this.#note({ kind: 'found out', shard: shardOf(peer), why }),
        doubtful: (peer, why, other) =>
          this.#note({
            kind: 'doubtful',
            shard: shardOf(peer),
            why,
            ...(other !== undefined && { other: shardOf(other) }),
          }),
        unclear: (why) => this.#fail(new Error(why)),
        spoilt: (teller, why) => this.#note({ kind: 'doubtful', shard: shardOf(teller), why }),
        progressed: () => this.#wake(),
        failed: (error) => this.#fail(error),
      },
    );
  }

  /** `players` compute `boxes`, one each; `parties` knows them, and how far they are trusted. Rejects as engines do. */
  static async start(
    job: Job,
    boxes: readonly Box[],
    players: readonly Player[],
    { checker, parties = playedParties() }: { readonly checker: Checker; readonly parties?: Parties },
  ): Promise<PlayedRun> {
    const plan: Plan = {
      id: 1,
      job: 'played-1',
      from: 0,
      source: { kind: 'initial' },
      exchangeEvery: job.run.exchangeEvery ?? 4,
      epoch: job.run.exchangeEvery ?? 4,
      shards: boxes.map((box, shard) => ({ peer: nameOf(shard), box })),
      signed: 'spans',
    };
    const run = new PlayedRun(job, plan, checker, parties);
    for (const [shard, player] of players.entries()) await run.#seat(shard, player, parties);
    run.#vetting.follow(plan);
    return run;
  }

  /** Everybody makes so many steps, a multiple of those between two exchanges, and signs. Resolves when all of it is vetted, or somebody found. */
  async span(steps: number): Promise<void> {
    const end = this.#step + steps;
    this.#vetting.endSpanAt(end, true);
    while (this.#step < end) await this.#exchangeAndAdvance();
    for (const { witness } of this.#seats) witness.end(end);
    while (this.found.length === 0 && !this.#vetting.isVettedThrough(end)) {
      if (this.#failure) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** What the vetting, or a peer, could not go on for. */
  get failure(): unknown {
    return this.#failure;
  }

  /** What a peer keeps of its last span, as it would show it. */
  async lastSpan(
    shard: number,
    steps: number,
  ): Promise<{ readonly span: Span; readonly evidence: Evidence }> {
    const span: Span = { ...this.#spanOf(shard), from: this.#step - steps };
    const asked = { start: true, outcome: true };
    const shown = await (this.#seats[shard] as Seat).witness.evidence(span.to, asked);
    if (!shown) throw new RangeError(`nothing is kept of the span that ended at step ${span.to}`);
    return { span, evidence: readEvidence(this.#job, span, asked, shown) };
  }

  async close(): Promise<void> {
    await Promise.all(this.#seats.map(({ witness }) => witness.signed()));
    await this.#vetting.close();
    for (const { opened } of this.#seats) await opened.shard.close();
  }

  async #seat(shard: number, player: Player, parties: Parties): Promise<void> {
    const member = this.#memberFor(shard, player);
    const { identity, numericalClass } = player;
    const proof = await identity.signer.sign(keyProof({ room: ROOM, peer: member.id, nonce: member.nonce }));
    const refusal = await parties.introduced(member, {
      type: 'key',
      key: identity.signer.key,
      proof: bytesToHex(proof),
      numericalClass,
    });
    if (refusal !== undefined) throw new RangeError(refusal);
    const { box } = this.#plan.shards[shard] as Plan['shards'][number];
    const probes = new ProbeLog({ ...this.#job, probes: [] }, box);
    const opened = await openShard({ engine: player.engine, objects, probes }, this.#job, this.#plan, box);
    await loadMedia(this.#job, this.#plan.job, opened.held, opened.shard, objects);
    await loadInitial(this.#job, this.#plan.job, box, opened.shard, objects);
    const witness = new Witness({
      identity,
      job: this.#job,
      plan: this.#plan,
      index: shard,
      exchange: exchangeOf(this.#job, this.#spanOf(shard)),
      shard: opened.shard,
      send: (message) => {
        if (message.type === 'signed') this.#say(member, player, message).catch((error) => this.#fail(error));
      },
      onFailure: (error) => {
        // Of what is not finite a peer tells, and signs for it.
        if (!(error instanceof DivergedError)) this.#fail(error);
      },
    });
    this.#seats.push({ player, member, opened, witness });
  }

  #memberFor(shard: number, { owner, engine }: Player): Member {
    return {
      id: nameOf(shard),
      name: nameOf(shard),
      kind: 'node',
      ability: { engine: engine.kind, device: engine.device, memory: engine.memory, rate: 1e8 },
      owner,
      nonce: 'n',
      roundTrip: () => undefined,
      isAway: () => false,
      send: () => {},
      allow: () => {},
      dismiss: (_, why) => this.#note({ kind: 'refused', shard, why }),
    };
  }

  async #say(member: Member, player: Player, message: SignedMessage): Promise<void> {
    const said = player.deceit.says ? await player.deceit.says(message, player) : message;
    if (said) this.#vetting.signed(member, said);
  }

  async #exchangeAndAdvance(): Promise<void> {
    const exchanges = this.#seats.map((_, shard) => exchangeOf(this.#job, this.#spanOf(shard)));
    const mail = new Map<string, Float32Array>();
    for (const [shard, { player, opened, witness }] of this.#seats.entries()) {
      const { outgoing, own } = exchanges[shard] as (typeof exchanges)[number];
      const parcels = await readParcels(opened.shard, outgoing);
      for (const [i, { shard: to }] of outgoing.entries()) {
        const honest = parcels[i] as Float32Array;
        const sent = player.deceit.sends?.(to, honest) ?? honest;
        mail.set(`${shard} ${to}`, sent);
        witness.sent(this.#step, to, player.deceit.saysSent?.(to, honest, sent) ?? sent);
      }
      if (own.source.length > 0) {
        await opened.shard.write(own.target, await opened.shard.read(own.source));
      }
    }
    for (const [shard, seat] of this.#seats.entries()) {
      const { incoming } = exchanges[shard] as (typeof exchanges)[number];
      for (const { shard: from, slabs } of incoming) {
        const came = mail.get(`${from} ${shard}`) as Float32Array;
        const { takes, saysReceived } = seat.player.deceit;
        seat.witness.received(this.#step, from, saysReceived?.(from, came) ?? came);
        await seat.opened.shard.write(slabs, takes?.(from, came) ?? came);
      }
      await this.#advance(shard, seat);
    }
    this.#step += this.#plan.exchangeEvery;
  }

  async #advance(shard: number, { opened }: Seat): Promise<void> {
    const { box } = this.#plan.shards[shard] as Plan['shards'][number];
    const { updatable, model, grid, dt } = this.#job;
    const boxes = updateBoxes(box, updatable, this.#plan.exchangeEvery, model.model.radius, grid.dimensions);
    await opened.shard.advance(
      boxes.map((updated, done) => ({
        box: updated,
        time: (this.#step + done) * dt,
        amplitudes: opened.sources.map(({ amplitude }) => amplitude(this.#step + done)),
      })),
    );
  }

  #tell({ witness, member }: Seat, message: ToPeer): void {
    if (message.type !== 'show') return;
    const { plan, step, start, outcome, url } = message;
    witness
      .evidence(step, { start, outcome })
      .then((evidence) => {
        if (evidence) this.#desk.deliver(url.slice(url.lastIndexOf('/') + 1), evidence);
        else this.#vetting.withheld(member, { type: 'withheld', plan, step, reason: 'not kept' });
      })
      .catch((error) => this.#fail(error));
  }

  #spanOf(shard: number): Span {
    return { plan: this.#plan, shard, from: this.#step, to: this.#step };
  }

  #seatOf(peer: string): Seat {
    return this.#seats[shardOf(peer)] as Seat;
  }

  #note(found: Found): void {
    this.found.push(found);
    this.#wake();
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#wake();
  }
}

/** The coordinator judges by itself: nobody else inspects. */
const alone = (checker: Checker): Judge => ({
  numericalClass: () => checker.numericalClass(),
  judge: async (store, claim, _, isUrgent) => ({
    verdict: await checker.check(store, claim, isUrgent),
    by: 'coordinator',
  }),
});

const nameOf = (shard: number) => `peer${String(shard).padStart(4, '0')}`;
const shardOf = (peer: string) => Number(peer.slice('peer'.length));
