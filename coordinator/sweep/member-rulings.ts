import type { PeerId } from '../../core/protocol/plan.js';
import type { Member } from '../room/conductor.js';
import type { Dispatch } from './dispatch.js';
import type { Found } from './member-vetting.js';
import type { SweepParts } from './sweep-parts.js';

/** What follows of what is found of members: for their peers, and for what is computed again. */
export class MemberRulings {
  readonly #run: SweepParts;
  readonly #dispatch: Dispatch;

  constructor(run: SweepParts, dispatch: Dispatch) {
    this.#run = run;
    this.#dispatch = dispatch;
  }

  /** The peer lied: its key is shut out. */
  foundOut({ peer, known, why, again }: Found): void {
    const { id, tools, crew, report, trust, desk } = this.#run;
    tools.log('found-out', { job: id, peer, name: crew.member(peer)?.name, why });
    for (const member of this.#peersOf(known.key)) {
      report.foundOut(member.id);
      trust?.lost(member.id, desk.heldBy(member.id));
      desk.lost(member.id);
      member.dismiss('quarantined', `${why}; what this device computes cannot be used`);
    }
    this.#computeAgain(again);
  }

  /** What the peer computes is not what others do, and that may be its device: it is left out of this sweep. */
  doubtful({ known, why, again }: Found): void {
    this.#leaveOut(known.key, why);
    this.#computeAgain(again);
  }

  /**
   * Of two peers that hold a member one has finished it, and the other means to bring other bytes: neither is believed, and the member is
   * for nobody until what the first brought has been looked at. Who means to again and again, and makes nothing that stands, is left out of
   * this sweep.
   */
  contradicted(member: number, by: PeerId): void {
    const { id, tools, desk, life } = this.#run;
    tools.log('contradicted', { sweep: id, member });
    this.#dispatch.recall(desk.contradicted(member), member);
    life.keep(this.#settle(member, by));
  }

  async #settle(member: number, by: PeerId): Promise<void> {
    const heldUp = (await this.#run.trust?.contradicted(member, by)) ?? [];
    if (this.#run.ended) return;
    for (const key of heldUp)
      this.#leaveOut(key, 'it keeps others from finishing members, and finishes none that stands');
    this.#run.desk.settled(member);
    this.#dispatch.offerAll();
  }

  #leaveOut(key: string, why: string): void {
    const { id, tools, trust } = this.#run;
    trust?.leaveOut(key, why);
    for (const member of this.#peersOf(key)) {
      this.#run.lastFailure = `${member.name}: ${why}`;
      tools.log('benched', { job: id, peer: member.id, name: member.name, reason: why });
      this.#dispatch.leaveOut(member);
    }
  }

  #computeAgain(again: readonly number[]): void {
    this.#run.trust?.again(again);
    this.#run.desk.again(again);
    this.#dispatch.offerAll();
  }

  #peersOf(key: string): readonly Member[] {
    const { tools, trust } = this.#run;
    return tools.members().filter(({ id }) => trust?.keyOf(id) === key);
  }
}
