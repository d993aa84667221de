import type { Readable } from '../../core/peer/load.js';
import type { PeerId } from '../../core/protocol/plan.js';
import type { Known, Parties } from '../trust/parties.js';
import type { MemberChecks } from './member-checks.js';
import type { Claim, MemberVerdict } from './member-verdict.js';

/** Members of one party that are being checked at once; while so many are, the next ones are let pass. */
const CHECKS_AT_ONCE = 2;

/** A member that a peer says is over. */
export interface Finished {
  readonly member: number;
  readonly claim: Claim;
  /** Cell updates of it. */
  readonly updates: number;
}

/** Whom something was found of, and the members that nobody may believe now. */
export interface Found {
  readonly peer: PeerId;
  readonly known: Known;
  readonly why: string;
  readonly again: readonly number[];
}

export interface MemberVettingListener {
  /** The peer lied. */
  readonly foundOut: (found: Found) => void;
  /** What it computes is not what the coordinator does, and it may be no fault of its own. */
  readonly doubtful: (found: Found) => void;
  /** More is known to be right. */
  readonly progressed: () => void;
  readonly failed: (error: unknown) => void;
}

export interface MemberVettingTools {
  readonly parties: Pick<Parties, 'isChecked' | 'record' | 'credit' | 'stands'>;
  readonly checks: Pick<MemberChecks, 'check' | 'close'>;
  readonly log: (event: string, details: object) => void;
  /** Something that the key computed stands. */
  readonly stood: (key: string) => void;
  /** Under which members are drawn. */
  readonly plan: number;
  /** The coordinator's own peers are believed. */
  readonly believesOwn: boolean;
}

/** A member, and the peer that says that it is over. */
interface Entry extends Finished {
  readonly peer: PeerId;
}

/** What one key has finished since it was last known to be right, in that order. */
interface Account {
  readonly known: Known;
  readonly unsure: Map<number, Entry>;
  readonly checked: Set<number>;
  /** Cell updates of members that it made after others since then, and as they had. */
  repeated: number;
}

/** What a peer brought of a member that is to be looked at beside what others made of it. */
export interface Brought {
  readonly member: number;
  /** By the keys that they have in the result. */
  readonly chunks: Readable;
  /** Whether it is there still. */
  readonly isThere: () => boolean;
}

/**
 * Holds peers to the members that they say are over: some are drawn when that is said, as often as their peer deserves, and
 * computed again. A good one speaks for those before it; a bad one for none since the last good one.
 */
export class MemberVetting {
  readonly #tools: MemberVettingTools;
  readonly #listener: MemberVettingListener;
  readonly #accounts = new Map<string, Account>();
  readonly #underWay = new Set<Promise<void>>();
  /** Members that a second peer is to make too before they are believed. */
  readonly #awaited = new Set<number>();
  #isClosed = false;

  constructor(tools: MemberVettingTools, listener: MemberVettingListener) {
    this.#tools = tools;
    this.#listener = listener;
  }

  /** Whether nothing that was drawn is still to be looked at. */
  get isClear(): boolean {
    return [...this.#accounts.values()].every(({ checked }) => checked.size === 0);
  }

  /** Members of which nobody knows yet whether they are right. */
  get unsure(): ReadonlySet<number> {
    return new Set([...this.#accounts.values()].flatMap(({ unsure }) => [...unsure.keys()]));
  }

  finished(peer: PeerId, known: Known, finished: Finished): void {
    const { parties, plan, believesOwn } = this.#tools;
    if (known.isOwn && believesOwn) return this.#stand(known, [finished]);
    const account = this.#accountOf(known);
    const { member, claim } = finished;
    account.unsure.set(member, { ...finished, peer });
    // A member that is given up is given up for all: that is always looked at.
    const isDrawn =
      claim !== 'stored' ||
      (parties.isChecked(known.party, { plan, shard: member, step: 0 }) &&
        account.checked.size < CHECKS_AT_ONCE);
    if (!isDrawn) return;
    account.checked.add(member);
    const check = this.#check(peer, account, finished).catch((error) => {
      if (!this.#isClosed) this.#listener.failed(error);
    });
    this.#track(check);
  }

  /**
   * Looks at what a peer made of a member that is not over by that, for somebody else means it to be something else. Whoever lied is found
   * out. Resolves to what comes of it; undefined where it is of no interest any more. Rejects with what the engine or the store rejects
   * with.
   */
  async contested(
    peer: PeerId,
    known: Known,
    { member, chunks, isThere }: Brought,
  ): Promise<MemberVerdict | undefined> {
    const { parties, checks, believesOwn } = this.#tools;
    if (known.isOwn && believesOwn) return { kind: 'holds' };
    const account = this.#accountOf(known);
    const { numericalClass } = known;
    const check = checks.check(member, { claim: 'stored', numericalClass, chunks });
    this.#track(check);
    const verdict = await check;
    if (!verdict || this.#isVoid(account) || !isThere()) return undefined;
    this.#tools.log('member-checked', { member, peer, verdict: verdict.kind });
    if (verdict.kind === 'holds') parties.record(known.party, 'good');
    else if (verdict.kind !== 'unknown') this.#condemn(peer, account, verdict);
    return verdict;
  }

  /** A member that is over is to be made by a second peer too, before it is believed. */
  awaits(member: number): void {
    this.#awaited.add(member);
  }

  /** A second peer has made the same of a member, of so many cell updates. */
  agreed(member: number, second: Known, updates: number): void {
    this.#awaited.delete(member);
    this.#accountOf(second).repeated += updates;
  }

  /** No second peer makes a member any more. */
  awaitsNoMore(member: number): void {
    this.#awaited.delete(member);
  }

  /**
   * Looks at a member that is over, for a second peer has made something else of it. Resolves to what comes of it; undefined where it is of no
   * interest any more. Rejects with what the engine or the store rejects with.
   */
  async examine(member: number): Promise<MemberVerdict | undefined> {
    const account = this.#accountWith(member);
    const finished = account?.unsure.get(member);
    if (!account || !finished) return undefined;
    account.checked.add(member);
    const check = this.#check(finished.peer, account, finished);
    this.#track(check);
    return check;
  }

  /** Nobody can tell which of two that differ over a member is right. */
  undecided(member: number, second: Known | undefined): void {
    const { parties } = this.#tools;
    const account = this.#accountWith(member);
    account?.unsure.delete(member);
    this.#awaited.delete(member);
    for (const known of [account?.known, second]) if (known) parties.record(known.party, 'bad');
  }

  /** All that was drawn held, and nothing is left to be drawn: what is over stands. */
  stand(): void {
    for (const account of this.#accounts.values()) {
      this.#stand(account.known, [...account.unsure.values()]);
      account.unsure.clear();
      this.#creditRepeated(account);
    }
  }

  /** Resolves when nothing is being checked any more. */
  async close(): Promise<void> {
    this.end();
    await Promise.all(this.#underWay);
  }

  /** Nothing is to be found any more. */
  end(): void {
    this.#isClosed = true;
    this.#tools.checks.close();
  }

  async #check(
    peer: PeerId,
    account: Account,
    { member, claim }: Finished,
  ): Promise<MemberVerdict | undefined> {
    const { known } = account;
    const { numericalClass } = known;
    const verdict = await this.#tools.checks.check(member, { claim, numericalClass });
    if (!verdict || this.#isVoid(account)) return undefined;
    this.#tools.log('member-checked', { member, peer, verdict: verdict.kind });
    account.checked.delete(member);
    this.#heed(peer, account, { member, verdict });
    return verdict;
  }

  #heed(
    peer: PeerId,
    account: Account,
    { member, verdict }: { readonly member: number; readonly verdict: MemberVerdict },
  ): void {
    switch (verdict.kind) {
      case 'holds':
        this.#tools.parties.record(account.known.party, 'good');
        this.#speaksFor(account, member);
        return this.#listener.progressed();
      case 'unknown':
        return this.#listener.progressed();
      case 'lied':
      case 'doubtful':
        return this.#condemn(peer, account, verdict);
    }
  }

  /** Nothing that is unsure of it is believed. */
  #condemn(
    peer: PeerId,
    { known, unsure }: Account,
    { kind, why }: Extract<MemberVerdict, { kind: 'lied' | 'doubtful' }>,
  ): void {
    const isLie = kind === 'lied';
    this.#tools.parties.record(known.party, isLie ? 'lied' : 'bad');
    this.#accounts.delete(known.key);
    for (const member of unsure.keys()) this.#awaited.delete(member);
    const found = { peer, known, why, again: [...unsure.keys()] };
    return isLie ? this.#listener.foundOut(found) : this.#listener.doubtful(found);
  }

  #creditRepeated(account: Account): void {
    if (account.repeated === 0) return;
    const { parties } = this.#tools;
    parties.credit.note(account.known.party, 0, account.repeated);
    account.repeated = 0;
    parties.stands(0);
  }

  #accountWith(member: number): Account | undefined {
    return [...this.#accounts.values()].find(({ unsure }) => unsure.has(member));
  }

  #accountOf(known: Known): Account {
    const fresh = { known, unsure: new Map(), checked: new Set<number>(), repeated: 0 };
    const account = this.#accounts.get(known.key) ?? fresh;
    this.#accounts.set(known.key, account);
    return account;
  }

  /** Whether nothing that is found is of interest any more: all is over, or the key has been found out meanwhile. */
  #isVoid(account: Account): boolean {
    return this.#isClosed || this.#accounts.get(account.known.key) !== account;
  }

  #track(check: Promise<unknown>): void {
    const over = check
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => this.#underWay.delete(over));
    this.#underWay.add(over);
  }

  /** Those before one that is right stand, but for any that is being looked at itself, or that a second peer is to make. */
  #speaksFor(account: Account, right: number): void {
    const { known, unsure, checked } = account;
    const before = [...unsure.keys()];
    const standing = before
      .slice(0, before.indexOf(right) + 1)
      .filter((member) => !checked.has(member) && !this.#awaited.has(member));
    this.#creditRepeated(account);
    this.#stand(
      known,
      standing.flatMap((member) => unsure.get(member) ?? []),
    );
    for (const member of standing) unsure.delete(member);
  }

  #stand({ party, key }: Known, finished: readonly Finished[]): void {
    const { parties, stood } = this.#tools;
    if (finished.some(({ claim }) => claim === 'stored')) stood(key);
    for (const { claim, updates } of finished) {
      if (claim === 'stored') parties.credit.note(party, 0, updates);
    }
    parties.stands(0);
  }
}
