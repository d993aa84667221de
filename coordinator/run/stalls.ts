import type { PeerId } from '../../core/protocol/plan.js';
import type { Course } from './course.js';
import type { JobParts } from './job-parts.js';
import type { Setbacks } from './setbacks.js';

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
    const stall = troubles.stall(course.free);
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
        if (this.#leftOutForSilence()) return;
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

  /** Whether the run waits for a peer that does not sign what it computes, and goes back for it. */
  #leftOutForSilence(): boolean {
    const { vetting, crew } = this.#run;
    const silent = vetting?.silent;
    const member = silent === undefined ? undefined : crew.member(silent);
    if (member) this.#setbacks.failed(member, { reason: 'it does not sign what it computes' });
    return member !== undefined;
  }
}
