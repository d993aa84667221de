import type { MemberFacts } from '../../core/job/whole-sweep.js';
import { type Member, MemberSchedule, slotsFor } from '../../core/plan/member-schedule.js';
import type { PeerId } from '../../core/protocol/plan.js';
import type { EngineKind } from '../../shaders/engine.js';
import { Pace } from './pace.js';

/** Members that a device computes at once, and one that is ready when one of them is done. */
const FILL = 3;
/** Beside the way there and back: from the last step until all is stored and told. */
const STORING_SECONDS = 0.25;
/** Peers on which a member may fail before it is given up. */
const MOST_FAILURES = 3;
/** Members in a row that a peer may fail at before it is left out. */
const MOST_STRIKES = 3;

export interface DeskPeer {
  readonly id: PeerId;
  readonly engine: EngineKind;
  /** Cell updates a second, as it claims. */
  readonly rate: number;
  /** Bytes. */
  readonly memory: number;
  /** Seconds to it and back, as far as they are known. */
  readonly roundTrip: () => number;
}

/** What a peer is to be told. */
export interface Orders {
  readonly compute: readonly number[];
  readonly leave: readonly number[];
}

export interface MemberFailure {
  readonly member: number;
  readonly reason: string;
}

interface Seat extends DeskPeer {
  readonly pace: Pace;
  /** Failures in a row. */
  strikes: number;
  finished: number;
}

/** Shares the members of a sweep out among peers, and keeps account of them. Times are seconds from any start. */
export class MemberDesk {
  readonly #members: readonly MemberFacts[];
  readonly #schedule: MemberSchedule;
  readonly #seats = new Map<PeerId, Seat>();
  readonly #done: Set<number>;
  readonly #failed: Map<number, string>;
  readonly #failures = new Map<number, number>();
  readonly #leftOut = new Set<PeerId>();
  /** Members of which peers made different things: nobody is given them until it is known what to think of that. */
  readonly #contested = new Set<number>();

  /** `before`: what is over already. */
  constructor(
    members: readonly MemberFacts[],
    before: { readonly done: Iterable<number>; readonly failed: readonly MemberFailure[] },
  ) {
    this.#members = members;
    this.#done = new Set(before.done);
    this.#failed = new Map(before.failed.map(({ member, reason }) => [member, reason]));
    const open = [...members.entries()].filter(([index]) => !this.isOver(index));
    this.#schedule = new MemberSchedule(open.map(([index, { updates }]) => ({ id: `${index}`, updates })));
  }

  get done(): ReadonlySet<number> {
    return this.#done;
  }

  get failed(): readonly MemberFailure[] {
    return [...this.#failed]
      .map(([member, reason]) => ({ member, reason }))
      .sort((a, b) => a.member - b.member);
  }

  /** Members that are not over. */
  get left(): number {
    return this.#schedule.left;
  }

  /** Whether members are left, and all of them contested. */
  get waitsForRulings(): boolean {
    return this.left > 0 && this.left === this.#contested.size;
  }

  get running(): number {
    return this.#schedule.running;
  }

  isOver(member: number): boolean {
    return this.#done.has(member) || this.#failed.has(member);
  }

  isLeftOut(peer: PeerId): boolean {
    return this.#leftOut.has(peer);
  }

  heldBy(peer: PeerId): readonly number[] {
    return this.#schedule.heldBy(peer).map(Number);
  }

  /** By member, the peers that it has been given to. */
  get holders(): ReadonlyMap<number, readonly PeerId[]> {
    const holders = new Map<number, PeerId[]>();
    for (const peer of this.#seats.keys()) {
      for (const member of this.heldBy(peer)) holders.set(member, [...(holders.get(member) ?? []), peer]);
    }
    return holders;
  }

  /** Members that the peer has finished. */
  finishedBy(peer: PeerId): number {
    return this.#seats.get(peer)?.finished ?? 0;
  }

  has(peer: PeerId): boolean {
    return this.#seats.has(peer);
  }

  join(peer: DeskPeer, now: number): void {
    const seat: Seat = { ...peer, pace: new Pace(peer.rate, now), strikes: 0, finished: 0 };
    this.#seats.set(peer.id, seat);
    this.#schedule.join(
      {
        id: peer.id,
        rate: peer.rate,
        slots: this.#slotsOf(seat),
        takes: (member) => this.#fits(seat, member),
      },
      now,
    );
  }

  lost(peer: PeerId): void {
    this.#seats.delete(peer);
    this.#leftOut.delete(peer);
    this.#schedule.lost(peer);
  }

  /** The peer goes on only with the first few that it holds. Gives what it is to leave. */
  leaves(peer: PeerId): readonly number[] {
    const left = this.heldBy(peer).slice(FILL - 1);
    for (const member of left) this.#schedule.givenUp(`${member}`, peer);
    return left;
  }

  /** The peer can do nothing of this sweep, and nobody reckons with it. Gives what it is to leave. */
  leaveOut(peer: PeerId): readonly number[] {
    const left = this.heldBy(peer);
    this.#leftOut.add(peer);
    this.#schedule.lost(peer);
    return left;
  }

  /**
   * What the peer is to compute beside what it holds; nothing while it holds most of what it may, so that a message has
   * several.
   */
  next(peer: PeerId, now: number): readonly number[] {
    const seat = this.#seats.get(peer);
    if (!seat || this.#leftOut.has(peer)) return [];
    const held = this.heldBy(peer).length;
    const slots = this.#slotsOf(seat);
    if (held > slots - Math.max(1, slots >> 2)) return [];
    if (held === 0) seat.pace.idleUntil(now);
    const given: number[] = [];
    for (let member = this.#schedule.next(peer, now); member; member = this.#schedule.next(peer, now)) {
      given.push(Number(member.id));
    }
    return given;
  }

  /** A member that nobody computes and none of those here can hold; undefined where there is one that somebody can. */
  get unheld(): number | undefined {
    const open = this.#members.findIndex((_, member) => !this.isOver(member) && !this.#contested.has(member));
    return open < 0 || this.#schedule.running > 0 ? undefined : open;
  }

  /** A member is over that several peers have shared. `reason`: why it could not be had. */
  shared(member: number, reason: string | undefined, now: number): void {
    if (reason === undefined) this.#done.add(member);
    else this.#failed.set(member, reason);
    this.#schedule.done(`${member}`, now);
  }

  /** The peer has finished a member. Gives the other peers that compute it in vain; undefined where it was over before. */
  finished(member: number, peer: PeerId, now: number): readonly PeerId[] | undefined {
    const seat = this.#seats.get(peer);
    const updates = this.#members[member]?.updates;
    if (updates === undefined) return undefined;
    seat?.pace.finished(updates, now);
    if (this.isOver(member)) return undefined;
    this.#done.add(member);
    const others = this.#schedule.done(`${member}`, now).filter((other) => other !== peer);
    if (seat) {
      seat.finished += 1;
      seat.strikes = 0;
      this.#schedule.measured(peer, seat.pace.rate, this.#slotsOf(seat), now);
    }
    return others;
  }

  /**
   * A peer could not finish a member; one that it was not given is none of its business. Gives the other peers that compute it in vain,
   * where it is given up for good. One that has failed too often in a row is to be left out.
   */
  failedAt(
    { member, reason }: MemberFailure,
    { peer, final, now }: { readonly peer: PeerId; readonly final: boolean; readonly now: number },
  ): readonly PeerId[] {
    if (this.isOver(member) || !this.heldBy(peer).includes(member)) return [];
    const seat = this.#seats.get(peer);
    const failures = (this.#failures.get(member) ?? 0) + 1;
    this.#failures.set(member, failures);
    if (final || failures >= MOST_FAILURES) {
      this.#failed.set(member, reason);
      return this.#schedule.done(`${member}`, now).filter((other) => other !== peer);
    }
    this.#schedule.givenUp(`${member}`, peer);
    if (seat) seat.strikes += 1;
    return [];
  }

  /** Whether the peer has failed at too many members in a row. */
  keepsFailing(peer: PeerId): boolean {
    return (this.#seats.get(peer)?.strikes ?? 0) >= MOST_STRIKES;
  }

  /** What was made of these members does not stand: they are to be computed again. */
  again(members: Iterable<number>): void {
    for (const member of members) {
      const updates = this.#members[member]?.updates;
      if (updates === undefined || !this.isOver(member)) continue;
      this.#done.delete(member);
      this.#failed.delete(member);
      this.#failures.delete(member);
      this.#schedule.waits({ id: `${member}`, updates });
    }
  }

  /** Two peers bring different bytes for a member: neither is believed, until it is settled. Gives those who are to leave it. */
  contradicted(member: number): readonly PeerId[] {
    const holders = [...this.#seats.keys()].filter((peer) => this.heldBy(peer).includes(member));
    for (const peer of holders) this.#schedule.givenUp(`${member}`, peer);
    this.#contested.add(member);
    return holders;
  }

  /** It is known what to think of what peers made of a member: it is computed again. */
  settled(member: number): void {
    this.#contested.delete(member);
  }

  #slotsOf({ pace, roundTrip }: Seat): number {
    const typical = this.#members[0] as MemberFacts;
    const lag = roundTrip() + STORING_SECONDS;
    return slotsFor(pace.rate, { id: '', updates: typical.updates }, lag, FILL);
  }

  #fits({ engine, memory }: Seat, { id }: Member): boolean {
    const member = Number(id);
    return !this.#contested.has(member) && (this.#members[member]?.bytes[engine] ?? 0) <= memory;
  }
}
