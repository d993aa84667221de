/** One job of a sweep that runs whole on one peer. */
export interface Member {
  readonly id: string;
  /** Cell updates that it takes. */
  readonly updates: number;
}

export interface MemberPeer {
  readonly id: string;
  /** Cell updates a second, of all it computes at once together. */
  readonly rate: number;
  /** Members it may hold at once: so many keep it busy (`slotsFor`). */
  readonly slots: number;
}

/** A member is given to a second peer only if that is done with it before the first by this part of the time left. */
const REISSUE_GAIN = 0.2;
/** Members that a peer holds at most: those that are lost with it. */
const MOST_SLOTS = 16;

/**
 * Members that a peer has to hold so that it never waits for the next: those that it finishes while one is asked for, and the one it computes.
 * `fill` is how many it takes to fill the device, 1 where one does.
 */
export function slotsFor(rate: number, member: Member, roundTrip: number, fill = 1): number {
  const seconds = member.updates / rate;
  return Math.min(MOST_SLOTS, fill + Math.max(1, Math.ceil(roundTrip / seconds)));
}

interface Holder {
  readonly rate: number;
  readonly slots: number;
  readonly held: Set<string>;
  /** When it will be done with what it holds, in the caller's seconds. */
  busyUntil: number;
}

interface Running {
  readonly member: Member;
  /** When each holder will be done with it. */
  readonly holders: Map<string, number>;
}

/**
 * Who computes which member of a sweep, so that all are done soonest. Large members go first, each to a peer that will have
 * finished it by the time that all should be done; a slow peer gets small ones, or none at the end. When none is left to start, what would
 * be done last is given to a second peer that is done with it sooner: the first result counts.
 */
export class MemberSchedule {
  /** Ascending by updates. */
  readonly #waiting: Member[];
  readonly #running = new Map<string, Running>();
  readonly #peers = new Map<string, Holder>();

  constructor(members: readonly Member[]) {
    this.#waiting = members.toSorted((a, b) => a.updates - b.updates);
  }

  /** Members that are not done. */
  get left(): number {
    return this.#waiting.length + this.#running.size;
  }

  join({ id, rate, slots }: MemberPeer, now: number): void {
    this.#peers.set(id, { rate, slots, held: new Set(), busyUntil: now });
  }

  /** The peer is gone: what nobody else holds waits again. */
  lost(peer: string): void {
    for (const id of this.#peers.get(peer)?.held ?? []) {
      const running = this.#running.get(id);
      running?.holders.delete(peer);
      if (!running || running.holders.size > 0) continue;
      this.#running.delete(id);
      const place = this.#waiting.findIndex(({ updates }) => updates >= running.member.updates);
      this.#waiting.splice(place < 0 ? this.#waiting.length : place, 0, running.member);
    }
    this.#peers.delete(peer);
  }

  /** What the peer is to compute next, or undefined: it holds enough, or the others are done sooner without it. */
  next(peer: string, now: number): Member | undefined {
    const holder = this.#peers.get(peer);
    if (!holder || holder.held.size >= holder.slots) return undefined;
    const start = Math.max(now, holder.busyUntil);
    const place = this.#waiting.length > 0 ? this.#placeFor(holder, start, now) : undefined;
    const member = this.#waiting.length > 0 ? this.#waitingAt(place) : this.#last(peer, holder, start);
    if (!member) return undefined;
    const done = start + member.updates / holder.rate;
    const running = this.#running.get(member.id) ?? { member, holders: new Map() };
    running.holders.set(peer, done);
    this.#running.set(member.id, running);
    holder.held.add(member.id);
    holder.busyUntil = done;
    return member;
  }

  /** A member's result is there. Gives the other peers that compute it in vain, to be told so. */
  done(member: string, now: number): string[] {
    const holders = [...(this.#running.get(member)?.holders.keys() ?? [])];
    this.#running.delete(member);
    for (const id of holders) {
      const holder = this.#peers.get(id);
      holder?.held.delete(member);
      if (holder?.held.size === 0) holder.busyUntil = now;
    }
    return holders;
  }

  #waitingAt(place: number | undefined): Member | undefined {
    return place === undefined ? undefined : this.#waiting.splice(place, 1)[0];
  }

  /** The largest waiting member that the peer will have finished when all should be; or the smallest, if nobody has it sooner. */
  #placeFor({ rate }: Holder, start: number, now: number): number | undefined {
    const end = this.#end(now);
    let place = this.#waiting.length - 1;
    while (place >= 0 && start + (this.#waiting[place] as Member).updates / rate > end) place -= 1;
    if (place >= 0) return place;
    const smallest = this.#waiting[0] as Member;
    const fastest = Math.max(...[...this.#peers.values()].map((other) => other.rate));
    return start + smallest.updates / rate <= end + smallest.updates / fastest ? 0 : undefined;
  }

  /** When all members would be done if what is left were shared out evenly. */
  #end(now: number): number {
    let updates = this.#waiting.reduce((sum, member) => sum + member.updates, 0);
    let rate = 0;
    for (const holder of this.#peers.values()) {
      updates += Math.max(0, holder.busyUntil - now) * holder.rate;
      rate += holder.rate;
    }
    return now + updates / rate;
  }

  /** The running member that is done last, if this peer is done with it well before. */
  #last(peer: string, { rate }: Holder, start: number): Member | undefined {
    let last: Running | undefined;
    let latest = start;
    for (const running of this.#running.values()) {
      if (running.holders.size > 1 || running.holders.has(peer)) continue;
      const [done] = [...running.holders.values()];
      const mine = start + running.member.updates / rate;
      if (done === undefined || done <= latest || mine > done - REISSUE_GAIN * (done - start)) continue;
      last = running;
      latest = done;
    }
    return last?.member;
  }
}
