import type { Member, RunMessage } from '../room/conductor.js';
import type { Closing } from './closing.js';
import type { Dispatch } from './dispatch.js';
import type { MemberRulings } from './member-rulings.js';
import type { MemberTrust } from './member-trust.js';
import { type SweepParts, seconds } from './sweep-parts.js';

type MemberMessage = Extract<RunMessage, { type: 'member' }>;
type UploadMessage = Extract<RunMessage, { type: 'upload' }>;

/** Takes in what peers say of members. */
export class MemberHearing {
  readonly #run: SweepParts;
  readonly #dispatch: Dispatch;
  readonly #rulings: MemberRulings;
  readonly #closing: Closing;

  constructor(run: SweepParts, dispatch: Dispatch, rulings: MemberRulings, closing: Closing) {
    this.#run = run;
    this.#dispatch = dispatch;
    this.#rulings = rulings;
    this.#closing = closing;
  }

  heard(member: Member, message: RunMessage): void {
    const { life, plan } = this.#run;
    if (message.type === 'leave') return this.#dispatch.leaves(member);
    if (life.phase.kind !== 'running' || !('plan' in message) || message.plan !== plan) return;
    switch (message.type) {
      case 'member':
        return this.#over(member, message);
      case 'upload':
        return life.keep(this.#answer(member, message));
      case 'held':
        return this.#run.hinder(`${member.name} waits for the store: ${message.reason}`);
      case 'failed':
        this.#run.lastFailure = `${member.name}: ${message.reason}`;
        this.#dispatch.leaveOut(member);
        return this.#dispatch.offerAll();
      default:
        return;
    }
  }

  #over(peer: Member, message: MemberMessage): void {
    const { crew, desk, tools, id } = this.#run;
    const { member, failure } = message;
    if (!crew.mayCompute(peer.id)) return;
    const saying = this.#sayingOf(peer, message);
    if (saying === 'contradicted') this.#rulings.contradicted(member, peer.id);
    else if (saying === 'unfounded') tools.log('unfounded', { sweep: id, member, peer: peer.id });
    else if (failure) this.#failed(peer, message, failure);
    else this.#finished(peer, message);
    if (failure || crew.isLeaving(peer.id)) this.#dispatch.offerAll();
    else this.#dispatch.offer(peer);
    this.#dispatch.releaseLeavers();
    if (desk.left === 0) this.#closing.finishWhenSure();
  }

  /** What to make of what a peer says of a member. One that it was not given, and that is not over, is none of its business. */
  #sayingOf({ id }: Member, { member, failure }: MemberMessage): ReturnType<MemberTrust['sayingOf']> {
    const { desk, trust } = this.#run;
    if (desk.isOver(member)) return 'founded';
    if (!desk.heldBy(id).includes(member)) return 'unfounded';
    return failure ? 'founded' : (trust?.sayingOf(member, id) ?? 'founded');
  }

  #finished(peer: Member, message: MemberMessage): void {
    const { desk, report } = this.#run;
    const { member, computeSeconds, cellUpdates } = message;
    const others = desk.finished(member, peer.id, seconds());
    if (others) {
      report.finished(peer, { cellUpdates, computeSeconds });
      this.#vet(peer, message);
    }
    // What somebody else has finished need not be computed any more.
    this.#dispatch.spare(others ?? [], member);
    this.#run.hinder(undefined);
  }

  #failed(peer: Member, message: MemberMessage, failure: NonNullable<MemberMessage['failure']>): void {
    const { desk, tools, trust, id } = this.#run;
    const { member } = message;
    const { reason, final } = failure;
    const wasOver = desk.isOver(member);
    this.#run.lastFailure = `${peer.name}: ${reason}`;
    tools.log('member-failed', { sweep: id, member, peer: peer.id, reason });
    const others = desk.failedAt({ member, reason }, { peer: peer.id, final, now: seconds() });
    this.#dispatch.spare(others, member);
    if (!desk.isOver(member)) trust?.lost(peer.id, [member]);
    else if (!wasOver) this.#vet(peer, message);
    if (desk.keepsFailing(peer.id)) this.#dispatch.leaveOut(peer);
  }

  #vet({ id }: Member, { member, failure }: MemberMessage): void {
    const updates = this.#run.sweep.members[member]?.updates ?? 0;
    const claim = failure === undefined ? 'stored' : failure.final ? 'diverged' : 'failed';
    this.#run.trust?.finished(id, { member, updates, claim });
  }

  async #answer(member: Member, { request, objects: wanted }: UploadMessage): Promise<void> {
    const { uploads, trust, desk, tools } = this.#run;
    const objects = [];
    for (const { key, bytes, ...checksums } of wanted) {
      const of = uploads.memberOf(key);
      // One that was over before is a second copy of the same bits.
      if (of === undefined) return member.dismiss('upload', `${key} is not this peer's to store`);
      const chunk = { member: of, key, sha256: checksums.sha256 };
      const place = trust ? trust.placeOf(chunk, member.id, desk.heldBy(member.id)) : key;
      if (place === undefined) return member.dismiss('upload', `${key} was to have other bytes`);
      objects.push({ key, url: await tools.store.uploadAddress(place, bytes, checksums) });
    }
    member.send({ type: 'addresses', request, objects });
  }
}
