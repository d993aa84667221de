import { isShadow, planWithout } from '../../core/protocol/holders.js';
import type { PeerId } from '../../core/protocol/plan.js';
import type { Course } from './course.js';
import type { Grants } from './grants.js';
import type { JobParts } from './job-parts.js';
import type { Planning } from './planning.js';
import { recordProbes } from './record-probes.js';

/**
 * Has the plan under way go on without a peer where another one computes the same: a shard's shadow takes over from its peer, and nothing is
 * lost or moved. A shadow that goes is missed by nobody.
 */
export class Succession {
  readonly #run: JobParts;
  readonly #grants: Grants;
  readonly #planning: Planning;

  constructor(run: JobParts, grants: Grants, planning: Planning) {
    this.#run = run;
    this.#grants = grants;
    this.#planning = planning;
  }

  /** Whether a peer computes what another answers for, under the plan under way. */
  isShadow(peer: PeerId): boolean {
    const { course } = this.#run;
    return course !== undefined && isShadow(course.plan, peer);
  }

  /** Has the run go on without a peer. False where it can't, and the peer still has its part. */
  retire(peer: PeerId, why: string): boolean {
    const { course, safe } = this.#run;
    if (!course || !this.#canRetire(course, peer)) return false;
    const owed = safe.owedBy(peer);
    const shard = course.plan.shards.findIndex((own) => own.peer === peer);
    course.retire(peer);
    const heir = course.plan.shards[shard]?.peer;
    this.#tell(course, peer, heir, why);
    this.#run.vetting?.retire(course.plan.id, peer, course.until);
    this.#run.plans.replace(course.plan);
    if (heir !== undefined) this.#inherit(peer, heir);
    this.#run.tools.document.setPlan(course.plan);
    this.#run.crew.tell([...course.holders, peer], { type: 'retired', plan: course.plan.id, peer, owed });
    this.#run.tools.onChange();
    this.#run.troubles.begins(course.holders);
    this.#grants.extend(course);
    this.#planning.reconsider();
    return true;
  }

  /** Has the run go on without the shadows that want to leave. Whether any has gone; the others wait until they can. */
  letGo(): boolean {
    const gone = this.#run.crew.leavers.filter(
      (peer) => this.isShadow(peer) && this.retire(peer, 'it leaves'),
    );
    return gone.length > 0;
  }

  /** What a peer still owes of the plan before this one, or is asked about where its shadow differs, nobody can do in its place. */
  #canRetire({ plan, allReady, pausedAt }: Course, peer: PeerId): boolean {
    const { safe, vetting } = this.#run;
    if (!allReady || pausedAt !== undefined || !planWithout(plan, peer)) return false;
    const { snapshots, checkpoint } = safe.owedBy(peer);
    const isOfThisPlan =
      snapshots.every((step) => step > plan.from) &&
      (checkpoint === undefined || checkpoint === safe.underWay(plan.id)?.name);
    return isOfThisPlan && vetting?.canRetire(peer) !== false;
  }

  #inherit(peer: PeerId, heir: PeerId): void {
    const { safe, copies, samples, tools, life, crew } = this.#run;
    safe.handOn(peer, heir);
    // Those under way would never be whole.
    copies.giveUp();
    for (const probes of samples.release(heir)) {
      life.keep(recordProbes(tools.result, crew.member(heir), probes));
    }
  }

  #tell({ plan, slowest }: Course, peer: PeerId, heir: PeerId | undefined, why: string): void {
    const { id, crew, tools } = this.#run;
    const details = { job: id, plan: plan.id, peer, why, step: slowest };
    if (heir === undefined) tools.log('shadow-gone', details);
    else tools.log('took-over', { ...details, by: heir, name: crew.member(heir)?.name ?? heir });
  }
}
