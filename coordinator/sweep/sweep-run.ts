import type { WholeSweep } from '../../core/job/whole-sweep.js';
import type { MeasuredLink } from '../../core/plan/known-fleet.js';
import type { Progress, RoomJob, ShownUse } from '../../core/protocol/document.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';
import type { Member, RunMessage } from '../room/conductor.js';
import type { Run } from '../run/run.js';
import { Closing } from './closing.js';
import { Dispatch } from './dispatch.js';
import { MemberDesk } from './member-desk.js';
import { MemberHearing } from './member-hearing.js';
import { MemberRulings } from './member-rulings.js';
import type { MemberVettingListener } from './member-vetting.js';
import type { MembersNow } from './members-now.js';
import type { SharedMember } from './shared-member.js';
import { SweepParts, type SweepRunTools } from './sweep-parts.js';

/**
 * One sweep's run: members go to peers in batches, each whole, and what is done is recorded. `SweepParts` is what it knows; what
 * follows from what is decided by `Dispatch` (who gets what), `MemberHearing` (what peers say), `MemberRulings` (what is found of
 * them) and `Closing` (what is recorded, and the end).
 */
export class SweepRun implements Run {
  readonly id: string;
  readonly readProbe = undefined;
  readonly #parts: SweepParts;
  readonly #closing: Closing;
  readonly #dispatch: Dispatch;
  readonly #rulings: MemberRulings;
  readonly #hearing: MemberHearing;

  constructor(id: string, sweep: WholeSweep, tools: SweepRunTools) {
    this.id = id;
    const parts = new SweepParts(
      id,
      sweep,
      tools,
      {
        look: () => this.#look(),
        recordSoFar: () => this.#closing.record(),
        left: (before) => this.#left(before.kind === 'sharing' ? before.shared : undefined),
      },
      this.#findings(),
    );
    this.#parts = parts;
    this.#closing = new Closing(parts);
    this.#dispatch = new Dispatch(parts, this.#closing);
    this.#rulings = new MemberRulings(parts, this.#dispatch);
    this.#hearing = new MemberHearing(parts, this.#dispatch, this.#rulings, this.#closing);
    parts.life.keep(this.#open());
  }

  get state(): RoomJob['state'] {
    return this.#parts.life.state;
  }

  get reason(): string | undefined {
    return this.#parts.life.reason;
  }

  get progress(): Progress {
    const { tools, desk, report } = this.#parts;
    const computing = tools.members().filter(({ id }) => desk.heldBy(id).length > 0).length;
    return report.progress(desk, computing);
  }

  get plan(): Plan | undefined {
    return this.#parts.sharing?.run.plan;
  }

  get links(): readonly MeasuredLink[] {
    return this.#parts.sharing?.run.links ?? [];
  }

  get members(): MembersNow {
    const { done, failed } = this.#parts.desk;
    return { done, failed, holders: this.#holders };
  }

  /** By member, who computes it. */
  get #holders(): MembersNow['holders'] {
    const { sharing, desk } = this.#parts;
    if (this.ended) return new Map();
    if (!sharing) return desk.holders;
    return new Map([[sharing.member, sharing.run.plan?.shards.map(({ peer }) => peer) ?? []]]);
  }

  get ended(): boolean {
    return this.#parts.ended;
  }

  useOf(peer: PeerId): ShownUse | undefined {
    const { sharing, life, desk, trust } = this.#parts;
    if (sharing) return sharing.run.useOf(peer);
    if (this.ended) return undefined;
    // A key that is left out may have come back since, and has no seat then.
    const why = trust?.whyLeftOut(peer);
    if (why !== undefined) return { kind: 'left-out', says: `left out: ${why}` };
    if (life.phase.kind !== 'running' || !desk.has(peer)) return undefined;
    if (desk.isLeftOut(peer)) return { kind: 'left-out', says: 'left out: members failed on it' };
    const done = desk.finishedBy(peer);
    if (desk.heldBy(peer).length > 0) return { kind: 'members', says: `computes members, ${done} done` };
    return { kind: 'extra', says: `${done} members done; the others are done with the rest sooner` };
  }

  isLeaving(peer: PeerId): boolean {
    return this.#parts.crew.isLeaving(peer);
  }

  joined(): void {
    const { sharing } = this.#parts;
    if (sharing) sharing.run.joined();
    else this.#dispatch.begin();
  }

  hindered(reason: string | undefined): void {
    this.#parts.hinder(reason === undefined ? undefined : `waits for the store: ${reason}`);
  }

  lost(member: Member): void {
    const { crew, desk, tools, trust, sharing } = this.#parts;
    crew.lost(member.id);
    const held = desk.heldBy(member.id);
    if (held.length > 0) tools.log('back', { sweep: this.id, peer: member.id, members: held.length });
    trust?.lost(member.id, held);
    desk.lost(member.id);
    if (sharing) sharing.run.lost(member);
    else this.#dispatch.offerAll();
  }

  stop(reason: string): void {
    this.#parts.life.end({ state: 'stopped', reason });
  }

  heard(member: Member, message: RunMessage): void {
    const { sharing } = this.#parts;
    if (sharing) sharing.run.heard(member, message);
    else this.#hearing.heard(member, message);
  }

  async close(): Promise<void> {
    const { life, trust } = this.#parts;
    life.suspend('the coordinator is closing');
    await trust?.close();
    await life.settled();
  }

  async #open(): Promise<void> {
    const { record, sweep, tools } = this.#parts;
    const over = await record.open();
    await tools.result.start();
    if (this.ended) return;
    this.#parts.desk = new MemberDesk(sweep.members, over);
    tools.document.setPlan(undefined);
    this.#dispatch.open(over.hasBegun);
  }

  #findings(): MemberVettingListener {
    return {
      foundOut: (found) => this.#rulings.foundOut(found),
      doubtful: (found) => this.#rulings.doubtful(found),
      progressed: () => {
        if (this.#parts.desk.left === 0) this.#closing.finishWhenSure();
      },
      failed: (error) => this.#parts.life.broken(error),
    };
  }

  #look(): void {
    const { life, tools } = this.#parts;
    if (life.phase.kind !== 'running') return;
    tools.document.setProgress(this.progress);
    this.#closing.record();
    this.#dispatch.offerAll();
    tools.onChange();
  }

  #left(shared: SharedMember | undefined): void {
    const { tools, trust, life } = this.#parts;
    tools.document.setProgress(this.progress);
    this.#dispatch.releaseLeavers();
    trust?.end();
    if (shared) life.keep(shared.run.close());
  }
}
