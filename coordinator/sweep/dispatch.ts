import type { PeerId } from '../../core/protocol/plan.js';
import type { Member } from '../room/conductor.js';
import type { End } from '../run/run-tools.js';
import type { Closing } from './closing.js';
import type { Orders } from './member-desk.js';
import { namesFiles, shareMember } from './shared-member.js';
import { type SweepParts, seconds } from './sweep-parts.js';

const WITHOUT_PEERS = 'waits for peers';

/** Gives members out, as `MemberDesk` says to whom: each whole to one peer, or one that fits none of them to several. */
export class Dispatch {
  readonly #run: SweepParts;
  readonly #closing: Closing;
  /** Whether any member has been given out: from then on the sweep waits for nobody. */
  #hasBegun = false;

  constructor(run: SweepParts, closing: Closing) {
    this.#run = run;
    this.#closing = closing;
  }

  /** The sweep's members may be given out from now on. `hasBegun`: some were before. */
  open(hasBegun: boolean): void {
    this.#hasBegun = hasBegun;
    this.#run.life.enter({ kind: 'waiting', reason: WITHOUT_PEERS });
    this.begin();
  }

  /** Lets those who are there and not yet at work take part. */
  begin(): void {
    const { isOpen, desk, sweep, crew, life } = this.#run;
    if (!isOpen) return;
    if (desk.left === 0) return this.#closing.finishWhenSure();
    const { peers } = sweep.first.run;
    const present = crew.candidates(() => false);
    if (!this.#hasBegun && present.length < peers) {
      const reason = peers === 1 ? WITHOUT_PEERS : `waits for ${peers} peers; ${present.length} are here`;
      return life.enter({ kind: 'waiting', reason });
    }
    if (present.length > 0) this.#start();
    for (const { id, ability, roundTrip } of present) {
      if (desk.has(id)) continue;
      const { engine, rate, memory } = ability;
      desk.join({ id, engine, rate, memory, roundTrip: () => roundTrip() ?? 0 }, seconds());
    }
    this.offerAll();
  }

  offerAll(): void {
    const { isOpen, desk, crew, life, lastFailure } = this.#run;
    if (!isOpen) return;
    // Nobody but who checks is waited for.
    if (desk.left === 0) return;
    const candidates = () => crew.candidates((id) => desk.isLeftOut(id));
    if (candidates().length === 0) {
      // Who leaves is heard until it is done with what it holds.
      if (crew.leavers.some((id) => desk.heldBy(id).length > 0)) return;
      const why = lastFailure === undefined ? '' : `; the last failure: ${lastFailure}`;
      return life.enter({ kind: 'waiting', reason: `${WITHOUT_PEERS}${why}` });
    }
    // Before any member goes out, peers have to know which sweep it is of.
    if (life.phase.kind === 'waiting') life.enter({ kind: 'running' });
    for (const member of candidates()) this.offer(member);
    const unheld = desk.unheld;
    if (unheld !== undefined) this.#share(unheld);
  }

  offer(member: Member): void {
    const { life, crew, desk } = this.#run;
    if (life.phase.kind !== 'running' || crew.isLeaving(member.id)) return;
    const compute = desk.next(member.id, seconds());
    if (compute.length > 0) this.#order(member, { compute, leave: [] });
  }

  /** Peers compute a member that they need not compute any more. */
  recall(peers: readonly PeerId[], member: number): void {
    for (const peer of this.#run.crew.of(peers)) this.#order(peer, { compute: [], leave: [member] });
  }

  /** The same, and they get others in its place. */
  spare(peers: readonly PeerId[], member: number): void {
    this.recall(peers, member);
    for (const peer of this.#run.crew.of(peers)) this.offer(peer);
  }

  /** The peer wants to go: what it has not begun is for others. */
  leaves(member: Member): void {
    const { crew, life, desk } = this.#run;
    crew.leaves(member.id);
    if (life.phase.kind === 'running') {
      this.#giveUp(member, desk.leaves(member.id));
      this.offerAll();
    }
    this.releaseLeavers();
  }

  /** The peer is given nothing of this sweep any more, and leaves what it holds. */
  leaveOut(member: Member): void {
    this.#giveUp(member, this.#run.desk.leaveOut(member.id));
    this.releaseLeavers();
  }

  releaseLeavers(): void {
    const { crew, desk, ended } = this.#run;
    const free = crew.leavers.filter((id) => ended || desk.heldBy(id).length === 0);
    crew.tell(free, { type: 'released' });
  }

  /** What the peer held is for others, who are not bound by what it named of it. */
  #giveUp(member: Member, leave: readonly number[]): void {
    if (leave.length === 0) return;
    this.#run.trust?.lost(member.id, leave);
    this.#order(member, { compute: [], leave });
  }

  #order(member: Member, { compute, leave }: Orders): void {
    // Each asks for addresses at each snapshot and for its probes, and is reported.
    member.allow(compute.length * this.#run.uploads.messagesOfMember);
    member.send({ type: 'members', plan: this.#run.plan, compute: [...compute], leave: [...leave] });
  }

  #start(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.#closing.record();
  }

  /** None of the members that are left fits any of the peers: one of them after the other is for all together. */
  #share(member: number): void {
    const { id, sweep, tools, life } = this.#run;
    if (namesFiles(sweep)) {
      return this.#run.hinder(
        'no peer has the memory for a member, and peers share none that starts from a file',
      );
    }
    const shared = shareMember(id, sweep, member, tools);
    tools.log('shared', { sweep: id, member });
    life.enter({ kind: 'sharing', shared });
    life.keep(shared.ended.then((end) => this.#hasBeenShared(member, end)));
  }

  #hasBeenShared(member: number, { state, reason = state }: End): void {
    const { ended, desk, life } = this.#run;
    if (ended) return;
    desk.shared(member, state === 'done' ? undefined : reason, seconds());
    // The document has the member's own file.
    life.forgetShown();
    life.enter({ kind: 'running' });
    this.#closing.record();
    this.begin();
  }
}
