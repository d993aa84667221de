import { holdersIn } from '../../core/protocol/holders.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';
import type { Contradiction } from './both-ends.js';
import type { Finding } from './case.js';
import type { Judgement, Liar } from './court.js';
import type { Parties } from './parties.js';
import type { SignedSpan } from './signed-span.js';
import type { Twins } from './twins.js';
import { Vouchers } from './vouchers.js';

/** What a run does about what is found of its peers. */
export interface RulingsListener {
  /**
   * A peer has been found out; nothing that it had a part in after `right` steps can be kept, undefined where it had none, nor what
   * others computed after `vouched` steps, where it vouched for any.
   */
  readonly foundOut: (peer: PeerId, why: string, right: number | undefined, vouched?: number) => void;
  /** Two peers contradict one another, or one does not show what it signed: who is to blame cannot be told. */
  readonly doubtful: (peer: PeerId, why: string, other: PeerId | undefined) => void;
  /** What was computed may be wrong, and whoever did it is not here any more: the run goes back, and nobody who is here is blamed. */
  readonly unclear: (why: string) => void;
  /** What `teller` stored is not what another signed for, one of whom took over from the other: nothing after `right` steps can be kept. */
  readonly spoilt: (teller: PeerId, why: string, right: number) => void;
  /** More has been vetted. */
  readonly progressed: () => void;
}

/** What follows of what was found: for a peer's name, and for the run. */
export class Rulings {
  readonly #parties: Parties;
  readonly #listener: RulingsListener;
  /** By peer, the last step up to which it is known to have been right. */
  readonly #right = new Map<PeerId, number>();
  readonly #vouchers = new Vouchers();

  constructor(parties: Parties, listener: RulingsListener) {
    this.#parties = parties;
    this.#listener = listener;
  }

  /** A plan is under way. */
  follow(plan: Plan): void {
    const { from, source } = plan;
    for (const { peer } of holdersIn(plan)) {
      const right = this.#right.get(peer) ?? from;
      // What is computed again may come out otherwise.
      this.#right.set(peer, source.kind === 'transfer' ? right : Math.min(right, from));
    }
  }

  /** The last step up to which every one of `peers` is known to have been right. */
  surelyRight(peers: readonly PeerId[]): number {
    return Math.min(...peers.map((peer) => this.#rightOf(peer)));
  }

  contradiction(found: Contradiction): void {
    const { by } = found;
    switch (found.kind) {
      case 'other neighbours':
        return this.#listener.doubtful(by.peer, 'it signed for other neighbours than it has', undefined);
      case 'unsigned halos':
        return this.#listener.unclear('nobody has signed for halos of a peer that is gone');
      case 'other halos':
        for (const { known } of [by, found.other]) this.#parties.record(known.party, 'bad');
        return this.#listener.doubtful(
          by.peer,
          'two neighbours signed for different halos',
          found.other.peer,
        );
    }
  }

  /** They signed for different outcomes, and a check of each finds nothing: one is, or both are, of another class than who checks. */
  undecided({ peer }: SignedSpan, shadow: SignedSpan): void {
    this.#listener.doubtful(peer, 'its shadow signed for something else', shadow.peer);
  }

  /** What came of two who signed otherwise for a span that is too large to be shown. */
  bisected({ peer, shadow }: Twins, finding: Finding): void {
    switch (finding.kind) {
      case 'lied': {
        const { who, why } = finding;
        for (const span of who) this.verdict(span, { verdict: { kind: 'lied', why }, by: 'coordinator' });
        // Of the other only the brick in dispute is known to be right: it has earned nothing, and goes on.
        return this.#listener.progressed();
      }
      case 'other start':
        for (const span of finding.who)
          this.verdict(span, { verdict: { kind: 'other start' }, by: 'coordinator' });
        return;
      case 'silent':
        for (const span of finding.who) {
          this.#parties.record(span.known.party, 'bad');
          this.#listener.doubtful(span.peer, 'it does not say how it came to what it signed for', undefined);
        }
        return;
      case 'infinite':
        // Whoever says that it is has it looked into.
        return this.#listener.progressed();
      case 'open':
        for (const { known } of [peer, shadow]) this.#parties.record(known.party, 'bad');
        return this.undecided(peer, shadow);
    }
  }

  /** It was to be checked, and shows nothing: that may be chance once, and yet it is to be no way to stay trusted. */
  notShown({ peer, known }: SignedSpan): void {
    this.#parties.record(known.party, 'bad');
    this.#listener.doubtful(peer, 'it does not show what it signed for', undefined);
  }

  /** What it shows of a span is not what it signed for. */
  forged(span: SignedSpan): void {
    this.#lied([span], 'it shows something else than it signed for');
  }

  /** `by`: who computed the span again. `twin`: whoever else signed for the same; what is found of that is found of both. */
  verdict(span: SignedSpan, { verdict, by }: Judgement, twin?: SignedSpan): void {
    switch (verdict.kind) {
      case 'holds':
        for (const right of twin ? [span, twin] : [span]) this.#holds(right, by);
        return this.#listener.progressed();
      case 'undecided':
        return this.#listener.progressed();
      case 'lied':
        return this.#lied(twin && verdict.isSignedFalse ? [span, twin] : [span], verdict.why);
      case 'other start':
        this.#parties.record(span.known.party, 'bad');
        return this.#listener.doubtful(span.peer, 'it began with other cells than it was handed', undefined);
    }
  }

  /** An inspector was found out: what was known by its word alone is not known any more. */
  inspectorLied({ peer, why }: Liar): void {
    const doubtful = this.#vouchers.without(peer);
    for (const [other, right] of doubtful) this.#right.set(other, right);
    const vouched = doubtful.size > 0 ? Math.min(...doubtful.values()) : undefined;
    this.#listener.foundOut(peer, why, this.#right.get(peer), vouched);
  }

  /** What a peer stored is not what it signed for. What it did after `right` steps cannot be kept. */
  misstored({ peer, known }: SignedSpan, why: string, right: number): void {
    this.#parties.record(known.party, 'lied');
    this.#listener.foundOut(peer, why, Math.min(right, this.#rightOf(peer)));
  }

  #holds({ peer, known, statement }: SignedSpan, by: Judgement['by']): void {
    this.#parties.record(known.party, 'good');
    if (by !== 'coordinator') this.#vouchers.vouched(by, peer, this.#rightOf(peer));
    this.#right.set(peer, Math.max(statement.step, this.#rightOf(peer)));
  }

  /** All of them are shut out before the run goes back for the first: none of them is to compute again. */
  #lied(liars: readonly SignedSpan[], why: string): void {
    for (const { known } of liars) this.#parties.record(known.party, 'lied');
    const right = this.surelyRight(liars.map(({ peer }) => peer));
    for (const { peer } of liars) this.#listener.foundOut(peer, why, right);
  }

  #rightOf(peer: PeerId): number {
    return this.#right.get(peer) ?? 0;
  }
}
