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

/** What one key has finished since it was last known to be right, in that order. */
interface Account {
  readonly known: Known;
  readonly unsure: Map<number, Finished>;
  readonly checked: Set<number>;
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
    account.unsure.set(member, finished);
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
   * Looks at a member that a peer has finished, and that somebody else means to be something else: it is not to be over by that. `chunks`:
   * what it brought. Whoever lied is found out. Resolves to what comes of it; undefined where it is of no interest any more. Rejects with
   * what the engine or the store rejects with.
   */
  async contested(
    peer: PeerId,
    known: Known,
    { member, chunks }: { readonly member: number; readonly chunks: Readable },
  ): Promise<MemberVerdict | undefined> {
    const { parties, checks, believesOwn } = this.#tools;
    if (known.isOwn && believesOwn) return { kind: 'holds' };
    const account = this.#accountOf(known);
    const { numericalClass } = known;
    const check = checks.check(member, { claim: 'stored', numericalClass, chunks });
    this.#track(check);
    const verdict = await check;
    if (!verdict || this.#isVoid(account)) return undefined;
    this.#tools.log('member-checked', { member, peer, verdict: verdict.kind });
    if (verdict.kind === 'holds') parties.record(known.party, 'good');
    else if (verdict.kind !== 'unknown') this.#condemn(peer, account, verdict);
    return verdict;
  }

  /** All that was drawn held, and nothing is left to be drawn: what is over stands. */
  stand(): void {
    for (const { known, unsure } of this.#accounts.values()) {
      this.#stand(known, [...unsure.values()]);
      unsure.clear();
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

  async #check(peer: PeerId, account: Account, { member, claim }: Finished): Promise<void> {
    const { known } = account;
    const { numericalClass } = known;
    const verdict = await this.#tools.checks.check(member, { claim, numericalClass });
    if (!verdict || this.#isVoid(account)) return;
    this.#tools.log('member-checked', { member, peer, verdict: verdict.kind });
    account.checked.delete(member);
    this.#heed(peer, account, { member, verdict });
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
    const found = { peer, known, why, again: [...unsure.keys()] };
    return isLie ? this.#listener.foundOut(found) : this.#listener.doubtful(found);
  }

  #accountOf(known: Known): Account {
    const account = this.#accounts.get(known.key) ?? { known, unsure: new Map(), checked: new Set() };
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

  /** Those before one that is right stand, but for any that is being looked at itself. */
  #speaksFor({ known, unsure, checked }: Account, right: number): void {
    const before = [...unsure.keys()];
    const standing = before.slice(0, before.indexOf(right) + 1).filter((member) => !checked.has(member));
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
