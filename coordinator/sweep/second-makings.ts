import type { PeerId } from '../../core/protocol/plan.js';

/** Says of a peer whether it may make a certain member a second time. */
export type MayRepeat = (peer: PeerId) => boolean;

interface Wanted {
  readonly mayRepeat: MayRepeat;
  /** Who has tried, and is not to try again. */
  readonly tried: Set<PeerId>;
}

/** Members that are over, and that somebody else is to make too, so that both can be compared; and those that have been made twice. */
export class SecondMakings {
  readonly #wanted = new Map<number, Wanted>();
  readonly #twice = new Set<number>();
  readonly #once = new Set<number>();

  /** Members that are to be made a second time. */
  get wanted(): readonly number[] {
    return [...this.#wanted.keys()];
  }

  /** How many have been made twice. */
  get twice(): number {
    return this.#twice.size;
  }

  /** How many nobody could make a second time. */
  get once(): number {
    return this.#once.size;
  }

  want(member: number, mayRepeat: MayRepeat): void {
    this.#wanted.set(member, { mayRepeat, tried: new Set() });
  }

  isFor(peer: PeerId, member: number): boolean {
    const wanted = this.#wanted.get(member);
    return wanted !== undefined && !wanted.tried.has(peer) && wanted.mayRepeat(peer);
  }

  /** The peer could not make it, or made something else of it. */
  tried(member: number, peer: PeerId): void {
    this.#wanted.get(member)?.tried.add(peer);
  }

  made(member: number): void {
    this.#twice.add(member);
    this.#wanted.delete(member);
  }

  /** Nobody is here who can make it. */
  giveUp(member: number): void {
    this.#once.add(member);
    this.#wanted.delete(member);
  }

  /** The member is to be made anew. */
  forget(member: number): void {
    for (const members of [this.#wanted, this.#twice, this.#once]) members.delete(member);
  }
}
