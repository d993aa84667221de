import type { PeerId } from '../../core/protocol/plan.js';
import type { Course } from './course.js';
import type { JobParts } from './job-parts.js';
import type { Setbacks } from './setbacks.js';

/** A state is copied and hashed in a second or two, also by a device that does it slowly. */
const SIGNED_WITHIN_MS = 10_000;

/** Does something about whoever holds the run up: asks it, dismisses it, or has the run go on without it. */
export class Stalls {
  readonly #run: JobParts;
  readonly #setbacks: Setbacks;

  constructor(run: JobParts, setbacks: Setbacks) {
    this.#run = run;
    this.#setbacks = setbacks;
  }

  look(course: Course): void {
    const { troubles, crew } = this.#run;
    if (this.#leftOutForSilence(course)) return;
    const stall = troubles.stall(course);
    switch (stall.kind) {
      case 'none':
        return;
      case 'ask':
        return crew.tell(stall.peers, { type: 'ping' });
      case 'silent':
        for (const member of crew.of(stall.peers)) {
          // Of one that is away the room knows how long it is waited for.
          if (!member.isAway()) member.dismiss('silent', 'no answer while the others waited');
        }
        return;
      case 'frozen':
        return this.#frozen(course, stall.peer, stall.seconds);
      case 'stuck':
        troubles.moved();
        return this.#setbacks.goBack('nothing moved, though every peer answers');
    }
  }

  /** Its engine makes no steps. It is taken for as slow as that, and left out where it happens again. */
  #frozen({ plan }: Course, peer: PeerId, seconds: number): void {
    const { crew, plans, staffing } = this.#run;
    const member = crew.member(peer);
    const shard = plans.shardOf(plan.id, peer);
    if (!member || !shard) return;
    staffing.hangs(member, plan, shard, seconds);
    this.#setbacks.failed(member, { reason: `its engine has made no step for ${Math.round(seconds)} s` });
  }

  /**
   * Whether a peer does not sign what it has computed, though others have, and the run goes back for it: nothing is sealed
   * before it signs, so all that the others do meanwhile may be for nothing.
   */
  #leftOutForSilence(course: Course): boolean {
    const { vetting, crew } = this.#run;
    const silent = vetting?.silent;
    if (!silent || Date.now() - silent.since < SIGNED_WITHIN_MS) return false;
    // One that has not come so far yet has nothing to sign.
    if ((course.stepOf(silent.peer) ?? silent.step) < silent.step) return false;
    const member = crew.member(silent.peer);
    // Of one that is away the room knows how long it is waited for.
    if (!member || member.isAway()) return false;
    this.#setbacks.failed(member, { reason: 'it does not sign what it computes' });
    return true;
  }
}
