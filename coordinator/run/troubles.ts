import type { PeerId } from '../../core/protocol/plan.js';
import type { Member } from '../room/conductor.js';
import { type Stall, StallWatch } from './stall-watch.js';
import { Strikes } from './strikes.js';

/** Times the run goes back without getting farther than ever before, until the job is given up. */
const MOST_SETBACKS = 10;

/** What has gone wrong in a run, and whether it still gets on. */
export class Troubles {
  readonly #strikes = new Strikes();
  readonly #stall = new StallWatch(Date.now());
  #farthest = 0;
  #setbacks = 0;
  #lastFailure: string | undefined;

  /** What a peer said of the last failure. */
  get lastFailure(): string | undefined {
    return this.#lastFailure;
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

  /** What others failed at with a peer that has gone was its going. */
  lost(peer: PeerId): void {
    this.#strikes.forget(peer);
  }

  /** Something moved: nothing stalls. */
  moved(): void {
    this.#stall.moved(Date.now());
  }

  answered(peer: PeerId): void {
    this.#stall.answered(peer);
  }

  stall(peers: readonly PeerId[]): Stall {
    return this.#stall.check(Date.now(), peers);
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

  /** The run goes back. Returns why it should not, where it has done so too often. */
  wentBack(reason: string): string | undefined {
    this.#setbacks += 1;
    return this.#setbacks > MOST_SETBACKS ? `gave up after ${MOST_SETBACKS} setbacks: ${reason}` : undefined;
  }
}
