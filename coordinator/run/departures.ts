import type { PeerId } from '../../core/protocol/plan.js';
import type { JobParts } from './job-parts.js';

/** Lets those go who asked to, as soon as nothing needs them any more. */
export class Departures {
  readonly #run: JobParts;

  constructor(run: JobParts) {
    this.#run = run;
  }

  /** Whether the run needs a peer: for its shard, what it owes the store, or what it is still to show. */
  needs(peer: PeerId): boolean {
    const { life, course, safe, vetting } = this.#run;
    if (life.phase.kind === 'finishing') return false;
    return course?.needs(peer) || safe.owes(peer) || vetting?.owes(peer) === true;
  }

  /** Releases those that nothing needs. */
  releaseFree(): void {
    const { crew } = this.#run;
    const free = crew.leavers.filter((peer) => !this.needs(peer));
    crew.tell(free, { type: 'released' });
  }

  /** Releases all that asked: what they hold is safe, or nobody wants it any more. */
  releaseAll(): void {
    const { crew } = this.#run;
    crew.tell(crew.leavers, { type: 'released' });
  }
}
