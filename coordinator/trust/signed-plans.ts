import type { PeerId } from '../../core/protocol/plan.js';
import type { SignedPlan, Silent } from './signed-plan.js';

/** The plans that stand and are signed for, each from where it took over from the one before. */
export class SignedPlans {
  /** Oldest first. */
  #plans: SignedPlan[] = [];

  add(signed: SignedPlan): void {
    this.takenOver(signed.plan.from);
    this.#plans.push(signed);
  }

  /** Another plan takes over from the newest one at `from`; it need not be signed for. */
  takenOver(from: number): void {
    this.newest?.takenOver(from);
  }

  /** Undefined where it is void, over, or was never to be signed for. */
  of(plan: number): SignedPlan | undefined {
    return this.#plans.find((signed) => signed.plan.id === plan);
  }

  get newest(): SignedPlan | undefined {
    return this.#plans.at(-1);
  }

  [Symbol.iterator](): Iterator<SignedPlan> {
    return this.#plans[Symbol.iterator]();
  }

  /** The run goes back: all of them are void. */
  clear(): void {
    this.#plans = [];
  }

  /** Forgets those that others have taken over from, and that nothing is left to be done about. */
  forgetOver(): void {
    const isOver = ({ compared, end, checkedFrom }: SignedPlan) =>
      compared === end && checkedFrom === undefined;
    const latest = this.#plans.slice(-2);
    this.#plans = this.#plans.filter((signed) => latest.includes(signed) || !isOver(signed));
  }

  /** Whether a peer is still to sign for a plan that another has taken over from, or to show something of any. */
  owes(peer: PeerId): boolean {
    return this.#plans.some((signed) => {
      const isUnsigned = signed.compared < (signed.end ?? signed.plan.from);
      return signed.checksOf(peer) > 0 || (isUnsigned && signed.isHeldBy(peer));
    });
  }

  /** Whether what a peer has is being compared with what its twin has. */
  isCompared(peer: PeerId): boolean {
    return this.#plans.some((signed) => signed.isCompared(peer));
  }

  /** Whether all that was computed up to `step` has been signed and compared, and what was to be checked of it held. */
  isVettedThrough(step: number): boolean {
    return this.#plans.every((signed) => {
      const end = Math.min(step, signed.end ?? step);
      return end <= signed.plan.from || signed.isVettedThrough(end);
    });
  }

  /** Whether all that was computed up to `step` has been signed and compared. */
  isComparedThrough(step: number): boolean {
    return this.#plans.every(({ plan, compared, end = step }) => {
      const last = Math.min(step, end);
      return last <= plan.from || compared >= last;
    });
  }

  /** The last step up to which all has been signed and compared, and what was to be checked of it held. */
  get vettedThrough(): number | undefined {
    for (const { compared, end, checkedFrom } of this.#plans) {
      if (checkedFrom !== undefined) return checkedFrom;
      if (compared !== end) return compared;
    }
    return undefined;
  }

  /** Whether a span is being checked, or compared by its values, that began before `step`. */
  isCheckedBefore(step: number): boolean {
    return this.#plans.some(({ checkedFrom }) => checkedFrom !== undefined && checkedFrom < step);
  }

  /** A peer that has not signed for a span that others have signed for, if there is one. */
  get silent(): Silent | undefined {
    return this.#plans.find(({ silent }) => silent !== undefined)?.silent;
  }
}
