import { checkJob } from '../../core/job/check.js';
import { memberOf } from '../../core/job/sweep.js';
import type { WholeSweep } from '../../core/job/whole-sweep.js';
import type { Readable } from '../../core/peer/load.js';
import { asideKey, asidePrefix } from '../../core/protocol/keys.js';
import type { PeerId } from '../../core/protocol/plan.js';
import type { RunTools } from '../run/run-tools.js';
import type { Store } from '../store/store.js';
import type { Inspection } from '../trust/inspection.js';
import { ChunkNames } from './chunk-names.js';
import type { MembersOver } from './done-record.js';
import { HeldUp } from './held-up.js';
import { MemberChecks } from './member-checks.js';
import { type Finished, MemberVetting, type MemberVettingListener } from './member-vetting.js';
import { owedChunks } from './owed-chunks.js';

export interface MemberTrustTools extends Pick<RunTools, 'log'> {
  readonly store: Pick<Store, 'get' | 'list' | 'remove'>;
  readonly inspection: Pick<Inspection, 'parties' | 'checker'>;
  /** Under which members are drawn. */
  readonly plan: number;
  /** Whether the sweep waits for checks, and for nothing else; or is over. */
  readonly isWaiting: () => boolean;
}

/** What keeps a sweep's result right: which bytes its chunks are to have, and who is held to what of them. */
export class MemberTrust {
  readonly #id: string;
  readonly #parties: Inspection['parties'];
  readonly #store: MemberTrustTools['store'];
  readonly #sweep: WholeSweep;
  /** Steps of the longest member. */
  readonly #longest: number;
  readonly #names = new ChunkNames();
  readonly #heldUp = new HeldUp();
  /** Keys that are given nothing of this sweep any more, whichever peers they have, and why. */
  readonly #leftOut = new Map<string, string>();
  readonly #vetting: MemberVetting;

  constructor(id: string, sweep: WholeSweep, tools: MemberTrustTools, listener: MemberVettingListener) {
    const { inspection, plan, store, log, isWaiting } = tools;
    const { parties, checker } = inspection;
    this.#id = id;
    this.#sweep = sweep;
    this.#longest = Math.max(...sweep.members.map(({ steps }) => steps));
    this.#parties = parties;
    this.#store = store;
    this.#vetting = new MemberVetting(
      {
        ...{ parties, plan },
        checks: new MemberChecks(id, sweep, { checker, store, isWaiting }),
        log: (event, details) => log(event, { sweep: id, ...details }),
        stood: (key) => this.#heldUp.forget(key),
        believesOwn: sweep.first.file.trust.own === 'believed',
      },
      listener,
    );
  }

  mayCompute(peer: PeerId): boolean {
    return this.#parties.mayCompute(peer) && this.whyLeftOut(peer) === undefined;
  }

  /** The key is given nothing of this sweep any more. */
  leaveOut(key: string, why: string): void {
    this.#leftOut.set(key, why);
  }

  /** Why the peer's key is given nothing of this sweep any more; undefined where it is. */
  whyLeftOut(peer: PeerId): string | undefined {
    const key = this.keyOf(peer);
    return key === undefined ? undefined : this.#leftOut.get(key);
  }

  keyOf(peer: PeerId): string | undefined {
    return this.#parties.of(peer)?.key;
  }

  /** Where bytes go that a peer names for a chunk; undefined where it has named others before. `held`: members that it holds. */
  placeOf(
    chunk: { readonly member: number; readonly key: string; readonly sha256: string },
    peer: PeerId,
    held: readonly number[],
  ): string | undefined {
    const isHolder = this.mayCompute(peer) && held.includes(chunk.member);
    const { kind } = this.#names.name(chunk, peer, isHolder);
    if (kind === 'refused') return undefined;
    return kind === 'chunk' ? chunk.key : asideKey(this.#id, peer, isHolder ? chunk.key : undefined);
  }

  /**
   * What to make of it when a peer says that it has finished a member that it holds: all chunks are to be bound to what it named.
   * `unfounded`: it has not named all since the member was given out, be it that this is news of a time before.
   */
  sayingOf(member: number, peer: PeerId): 'founded' | 'contradicted' | 'unfounded' {
    const job = checkJob(memberOf(this.#sweep, this.#sweep.file, member).file);
    if (this.#names.count(member, peer) < owedChunks(job, this.#longest)) return 'unfounded';
    return this.#names.isContradicted(member, peer) ? 'contradicted' : 'founded';
  }

  /**
   * A peer has finished a member that is to have other bytes, and those whose word that was have not finished it: what it brought is looked
   * at, and the member is to be computed again whatever comes of that. Resolves to the keys of those who have held true members up like
   * this too often. Rejects with what the engine or the store rejects with.
   */
  async contradicted(member: number, by: PeerId): Promise<readonly string[]> {
    const finisher = this.#parties.of(by);
    const binders = [...this.#names.bindersOf(member)].flatMap((peer) => this.#parties.of(peer) ?? []);
    const chunks = this.#brought(member, by);
    const verdict = finisher && (await this.#vetting.contested(by, finisher, { member, chunks }));
    this.again([member]);
    // Of what the coordinator cannot compute nobody knows better: who says nothing is not to be in the way for ever.
    if (verdict?.kind !== 'holds' && verdict?.kind !== 'unknown') return [];
    const others = new Map(binders.map((known) => [known.key, known]));
    others.delete(finisher?.key ?? '');
    return [...others.values()]
      .filter(({ key, numericalClass }) =>
        this.#heldUp.heldUp(key, numericalClass === finisher?.numericalClass),
      )
      .map(({ key }) => key);
  }

  /** A peer says that a member is over, and it was not over before. */
  finished(peer: PeerId, finished: Finished): void {
    const known = this.#parties.of(peer);
    if (known) this.#vetting.finished(peer, known, finished);
  }

  /** A peer is gone, with the members that it holds. */
  lost(peer: PeerId, held: readonly number[]): void {
    this.#names.lost(peer, held);
  }

  /** Members are to be computed again, from nothing. */
  again(members: readonly number[]): void {
    this.#names.forget(members);
  }

  /** Whether nothing that was drawn is still to be looked at. */
  get isClear(): boolean {
    return this.#vetting.isClear;
  }

  /** Of what is over, what is not to be computed again whatever is found. */
  sureOf({ done, failed }: MembersOver): MembersOver {
    const { unsure } = this.#vetting;
    return {
      done: new Set([...done].filter((member) => !unsure.has(member))),
      failed: failed.filter(({ member }) => !unsure.has(member)),
    };
  }

  /** All is over, and all that was drawn held. */
  stand(): void {
    this.#vetting.stand();
  }

  /** Nothing is looked at any more: the store keeps nothing of what was brought beside the result. */
  async clear(): Promise<void> {
    for await (const key of this.#store.list(asidePrefix(this.#id))) await this.#store.remove(key);
  }

  /** Nothing is to be found any more. */
  end(): void {
    this.#vetting.end();
  }

  /** Resolves when nothing is being checked any more. */
  close(): Promise<void> {
    return this.#vetting.close();
  }

  /** The chunks of a member as a peer brought them, by the keys that they have in the result. */
  #brought(member: number, peer: PeerId): Readable {
    const place = (key: string) =>
      this.#names.isTaken(member, key, peer) ? key : asideKey(this.#id, peer, key);
    return { get: (key) => this.#store.get(place(key)) };
  }
}
