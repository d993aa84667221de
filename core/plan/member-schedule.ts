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
  /** Whether it can hold the member at all; it can hold any where this is left out. */
  readonly takes?: (member: Member) => boolean;
}

/** A member is given to a second peer only if that is done with it before the first by this part of the time left. */
const REISSUE_GAIN = 0.2;
/** Members that a peer holds at most: those that are lost with it. */
const MOST_SLOTS = 64;

/**
 * Members that a peer has to hold so that it never waits for the next: those that it finishes while one is asked for, and the one it computes.
 * `fill` is how many it takes to fill the device, 1 where one does.
 */
export function slotsFor(rate: number, member: Member, roundTrip: number, fill = 1): number {
  const seconds = member.updates / rate;
  return Math.min(MOST_SLOTS, fill + Math.max(1, Math.ceil(roundTrip / seconds)));
}

interface Holder {
  rate: number;
  slots: number;
  readonly takes: (member: Member) => boolean;
  readonly held: Map<string, Member>;
  /** When it will be done with what it holds, in the caller's seconds. */
  busyUntil: number;
}

interface Holding {
  readonly since: number;
  /** When the holder should be done with it. */
  readonly until: number;
}

interface Running {
  readonly member: Member;
  readonly holders: Map<string, Holding>;
}

/**
 * Who computes which member of a sweep, so that all are done soonest. Large members go first, each to a peer that will have
 * finished it by the time that all should be done; a slow peer gets small ones, or none at the end. When none is left to start, what would
 * be done last is given to a second peer that is done with it sooner: the first result counts.
 */
export class MemberSchedule {
  /** Ascending by updates. */
  readonly #waiting: Member[];
  #waitingUpdates: number;
  readonly #running = new Map<string, Running>();
  readonly #peers = new Map<string, Holder>();

  constructor(members: readonly Member[]) {
    this.#waiting = members.toSorted((a, b) => a.updates - b.updates);
    this.#waitingUpdates = members.reduce((sum, { updates }) => sum + updates, 0);
  }

  /** Members that are not done. */
  get left(): number {
    return this.#waiting.length + this.#running.size;
  }

  /** Members that somebody computes. */
  get running(): number {
    return this.#running.size;
  }

  join({ id, rate, slots, takes = () => true }: MemberPeer, now: number): void {
    this.#peers.set(id, { rate, slots, takes, held: new Map(), busyUntil: now });
  }

  /** The peer turns out to be as fast as this. */
  measured(peer: string, rate: number, slots: number, now: number): void {
    const holder = this.#peers.get(peer);
    if (!holder) return;
    holder.rate = rate;
    holder.slots = slots;
    holder.busyUntil = now + updatesOf(holder) / rate;
  }

  /** What the peer holds, in the order it was given. */
  heldBy(peer: string): readonly string[] {
    return [...(this.#peers.get(peer)?.held.keys() ?? [])];
  }

  /** The peer is gone: what nobody else holds waits again. */
  lost(peer: string): void {
    for (const id of this.heldBy(peer)) this.givenUp(id, peer);
    this.#peers.delete(peer);
  }

  /** The peer will not finish a member: unless somebody else holds it, it waits again. */
  givenUp(id: string, peer: string): void {
    this.#peers.get(peer)?.held.delete(id);
    const running = this.#running.get(id);
    running?.holders.delete(peer);
    if (!running || running.holders.size > 0) return;
    this.#running.delete(id);
    this.waits(running.member);
  }

  /** A member is to be computed that was over, or that nobody computes any more. */
  waits(member: Member): void {
    const place = this.#waiting.findIndex(({ updates }) => updates >= member.updates);
    this.#waiting.splice(place < 0 ? this.#waiting.length : place, 0, member);
    this.#waitingUpdates += member.updates;
  }

  /** What the peer is to compute next, or undefined: it holds enough, or the others are done sooner without it. */
  next(peer: string, now: number): Member | undefined {
    const holder = this.#peers.get(peer);
    if (!holder || holder.held.size >= holder.slots) return undefined;
    const start = Math.max(now, holder.busyUntil);
    const place = this.#placeFor(holder, start, now);
    const member = place === undefined ? this.#last(peer, holder, start, now) : this.#taken(place);
    if (!member) return undefined;
    const until = start + member.updates / holder.rate;
    const running = this.#running.get(member.id) ?? { member, holders: new Map() };
    running.holders.set(peer, { since: now, until });
    this.#running.set(member.id, running);
    holder.held.set(member.id, member);
    holder.busyUntil = until;
    return member;
  }

  /** A member is over. Gives the peers that held it: all but who tells of it compute it in vain, and are to be told so. */
  done(member: string, now: number): string[] {
    const waiting = this.#waiting.findIndex(({ id }) => id === member);
    if (waiting >= 0) this.#taken(waiting);
    const holders = [...(this.#running.get(member)?.holders.keys() ?? [])];
    this.#running.delete(member);
    for (const id of holders) {
      const holder = this.#peers.get(id);
      holder?.held.delete(member);
      if (holder?.held.size === 0) holder.busyUntil = now;
    }
    return holders;
  }

  #taken(place: number): Member | undefined {
    const [member] = this.#waiting.splice(place, 1);
    this.#waitingUpdates -= member?.updates ?? 0;
    return member;
  }

  /** The largest waiting member that the peer will have finished when all should be; or the smallest, if nobody has it sooner. */
  #placeFor({ rate, takes }: Holder, start: number, now: number): number | undefined {
    if (this.#waiting.length === 0) return undefined;
    const end = this.#end(now);
    const fits = (member: Member) => takes(member) && start + member.updates / rate <= end;
    const place = this.#waiting.findLastIndex(fits);
    if (place >= 0) return place;
    const smallest = this.#waiting.findIndex(takes);
    const member = this.#waiting[smallest];
    if (!member) return undefined;
    const rates = [...this.#peers.values()].filter((other) => other.takes(member)).map((other) => other.rate);
    return start + member.updates / rate <= end + member.updates / Math.max(...rates) ? smallest : undefined;
  }

  /** When all members would be done if what is left were shared out evenly. */
  #end(now: number): number {
    let updates = this.#waitingUpdates;
    let rate = 0;
    for (const holder of this.#peers.values()) {
      updates += Math.max(0, holder.busyUntil - now) * holder.rate;
      rate += holder.rate;
    }
    return now + updates / rate;
  }

  /** The running member that is done last, if this peer is done with it well before. */
  #last(peer: string, { rate, takes }: Holder, start: number, now: number): Member | undefined {
    if (this.#waiting.length > 0) return undefined;
    let last: Running | undefined;
    let latest = start;
    for (const running of this.#running.values()) {
      if (running.holders.size > 1 || running.holders.has(peer) || !takes(running.member)) continue;
      const [holding] = running.holders.values();
      const done = holding && expected(holding, now);
      const mine = start + running.member.updates / rate;
      if (done === undefined || done <= latest || mine > done - REISSUE_GAIN * (done - start)) continue;
      last = running;
      latest = done;
    }
    return last?.member;
  }
}

/** What is overdue is taken to need as long again as it has had. */
const expected = ({ since, until }: Holding, now: number) => (until > now ? until : now + (now - since));

const updatesOf = ({ held }: Holder) => [...held.values()].reduce((sum, { updates }) => sum + updates, 0);
