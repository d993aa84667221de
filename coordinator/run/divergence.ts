/** A peer says that the field is not finite. */
export interface Report {
  readonly owner: string;
  /** The step after which the field is to be infinite, or the last one that peers may make: of what is beyond nobody knows anything. */
  readonly step: number;
  /** Whether nobody has to say the same: it is the coordinator's own, or nobody of another owner is there. */
  readonly isEnough: boolean;
}

/** What it is: `known`: it has been said since the run last went back. `again`: since then it has not been, and before it has. */
export type Belief = 'new' | 'known' | 'again';

/** Which owners say that the field is infinite: one alone can say so of any, and is not to end a job by that. */
export class Divergence {
  /** By owner, what it said last. */
  readonly #said = new Map<string, Report>();
  /** Whether somebody has said so since the run last went back. */
  #isInDoubt = false;

  /** `sealed`: the last step whose state is known to be finite, for it is safe. */
  hear(report: Report, sealed: number): Belief {
    for (const [owner, { step }] of this.#said) if (step <= sealed) this.#said.delete(owner);
    const isFirst = this.#said.size === 0;
    const isKnown = !isFirst && this.#isInDoubt;
    this.#said.set(report.owner, report);
    this.#isInDoubt = true;
    if (isFirst) return 'new';
    return isKnown ? 'known' : 'again';
  }

  /** Whether the field is infinite whoever computes it: so it is where two owners say so, or one whose word is enough. */
  get isBelieved(): boolean {
    return this.#said.size > 1 || [...this.#said.values()].some(({ isEnough }) => isEnough);
  }

  /** All is computed again that may have become infinite. */
  wentBack(): void {
    this.#isInDoubt = false;
  }

  /** Whatever became infinite may have been the doing of somebody who is gone now. */
  forget(): void {
    this.#said.clear();
    this.#isInDoubt = false;
  }
}
