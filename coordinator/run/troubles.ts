import type { PeerId } from '../../core/protocol/plan.js';
import type { Member } from '../room/conductor.js';
import type { Course } from './course.js';
import { type Stall, StallWatch } from './stall-watch.js';
import { Strikes } from './strikes.js';
import type { Answer } from './watched.js';

/** Times the run goes back without getting farther than ever before, until the job is given up. */
const MOST_SETBACKS = 10;

/** A peer that the store has failed for so long, while others got on, has a way of its own that is broken. */
const LONGEST_HELD_MS = 60_000;

/** What has gone wrong in a run, and whether it still gets on. */
export class Troubles {
  readonly #strikes = new Strikes();
  readonly #stall = new StallWatch(Date.now());
  #farthest = 0;
  #setbacks = 0;
  #lastFailure: string | undefined;
  #storeFailure: string | undefined;
  /** For whom the store fails: since when, why, and whether it has worked for somebody meanwhile. */
  readonly #held = new Map<
    PeerId,
    { readonly since: number; readonly why: string; readonly othersGetOn: boolean }
  >();

  /** What a peer said of the last failure. */
  get lastFailure(): string | undefined {
    return this.#lastFailure;
  }

  /** What the run waits for beside its peers, in words. */
  get hindrance(): string | undefined {
    const [held] = this.#held.values();
    return this.#storeFailure ?? held?.why;
  }

  /** The store fails for the coordinator; undefined when it works again. */
  storeFails(reason: string | undefined): void {
    this.#storeFailure = reason === undefined ? undefined : `waits for the store: ${reason}`;
  }

  /** The store fails for a peer. True where the peer is to blame. */
  held({ id, name }: Member, reason: string): boolean {
    this.moved();
    // The first reason stays: each object fails with words of its own, and a document told of each would grow.
    const { since, othersGetOn } = this.#held.get(id) ?? { since: Date.now(), othersGetOn: false };
    if (!this.#held.has(id))
      this.#held.set(id, { since, why: `${name} waits for the store: ${reason}`, othersGetOn });
    const isToBlame = othersGetOn && Date.now() - since >= LONGEST_HELD_MS;
    if (isToBlame) this.#held.delete(id);
    return isToBlame;
  }

  /** The store works for a peer. True where that is news. */
  storedBy(peer: PeerId): boolean {
    const isNews = this.#held.delete(peer);
    for (const [other, held] of this.#held) this.#held.set(other, { ...held, othersGetOn: true });
    return isNews;
  }

  isBenched(peer: PeerId): boolean {
    return this.#strikes.isBenched(peer);
  }

  /** A peer could not go on: by itself, or for want of `other`. Returns who is left out from now on, if anybody is. */
  failed(member: Member, reason: string, other: Member | 'gone' | undefined): PeerId | undefined {
    this.#lastFailure = `${member.name}: ${reason}`;
    switch (other) {
      case undefined:
        return this.#strikes.alone(member.id);
      case 'gone':
        return undefined;
      default: {
        const memberIsSlower = member.ability.rate <= other.ability.rate;
        const [slower, faster] = memberIsSlower ? [member, other] : [other, member];
        return this.#strikes.pair(slower.id, faster.id);
      }
    }
  }

  /** A peer is left out from now on, whatever it failed at before. Returns which. */
  leaveOut({ id, name }: Member, reason: string): PeerId {
    this.#lastFailure = `${name}: ${reason}`;
    return this.#strikes.bench(id);
  }

  /** What others failed at with a peer that has gone was its going. */
  lost(peer: PeerId): void {
    this.#strikes.forget(peer);
    this.#held.delete(peer);
  }

  /** Something moved: nothing stalls. */
  moved(): void {
    this.#stall.moved(Date.now());
  }

  /** Milliseconds since anything last moved. */
  quietFor(): number {
    return this.#stall.quietFor(Date.now());
  }

  /** Milliseconds that the longest epoch took of all that peers have made; 0 before the first. */
  get longestEpoch(): number {
    return this.#stall.longestEpoch;
  }

  /** A plan begins; its shards change hands within `handover` milliseconds. */
  begins(peers: readonly PeerId[], handover = 0): void {
    this.#stall.moved(Date.now());
    this.#stall.begins(Date.now(), peers, handover);
  }

  reported(peer: PeerId): void {
    this.#stall.moved(Date.now());
    this.#stall.reported(peer, Date.now());
  }

  answered(peer: PeerId, answer: Answer): void {
    this.#stall.answered(peer, answer, Date.now());
  }

  stall({ free, allReady }: Pick<Course, 'free' | 'allReady'>): Stall {
    if (allReady) this.#stall.loaded();
    return this.#stall.check(Date.now(), free);
  }

  /** Every shard has made so many steps. */
  reached(step: number): void {
    if (step <= this.#farthest) return;
    this.#farthest = step;
    this.#setbacks = 0;
  }

  /** What was computed is safe: what failed before was chance. */
  sealed(): void {
    this.#strikes.forgive();
  }

  /** What made the run go back is out of it. */
  foundOut(): void {
    this.#setbacks = 0;
  }

  /** The run goes back. Returns why it should not, where it has done so too often. */
  wentBack(reason: string): string | undefined {
    this.#setbacks += 1;
    return this.#setbacks > MOST_SETBACKS ? `gave up after ${MOST_SETBACKS} setbacks: ${reason}` : undefined;
  }
}
