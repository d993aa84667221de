/** A peer says that the field is not finite. */
export interface Report {
  readonly owner: string;
  /** The step after which the field is to be infinite. */
  readonly step: number;
  /** Whether nobody has to say the same: it is the coordinator's own, or nobody of another owner is there. */
  readonly isEnough: boolean;
}

/**
 * What to make of it. `new`: it may be somebody's doing, which is found out meanwhile, or else it is computed again. `known`: it has been
 * said since the run last went back. `believed`: the field is infinite whoever computes it. `alone`: one owner says so again, and nobody else.
 */
export type Belief = 'new' | 'known' | 'believed' | 'alone';

/** Which owners say that the field is infinite: one alone can say so of any, and is not to end a job by that. */
export class Divergence {
  /** By owner, the last step after which it said so. */
  readonly #said = new Map<string, number>();
  /** Whether somebody has said so since the run last went back. */
  #isInDoubt = false;

  /**
   * `sealed`: the last step whose state is known to be finite, for it is safe. `granted`: the last one that peers may make; of what is
   * beyond nobody knows anything.
   */
  hear(
    { owner, step, isEnough }: Report,
    { sealed, granted }: { readonly sealed: number; readonly granted: number },
  ): Belief {
    for (const [other, said] of this.#said) if (said <= sealed) this.#said.delete(other);
    const isFirst = this.#said.size === 0;
    const isKnown = !isFirst && this.#isInDoubt;
    this.#said.set(owner, Math.min(step, granted));
    this.#isInDoubt = true;
    if (isFirst) return 'new';
    if (isKnown) return 'known';
    return isEnough || this.#said.size > 1 ? 'believed' : 'alone';
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
