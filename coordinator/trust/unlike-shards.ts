import type { Job } from '../../core/job/job.js';
import type { PeerId } from '../../core/protocol/plan.js';
import type { Asking } from './asking.js';
import { compareLegacy } from './legacies.js';
import type { SignedPlan } from './signed-plan.js';
import type { SignedSpan, SpanGroup } from './signed-span.js';
import type { Twins } from './twins.js';
import { type Likeness, UnlikeTwins } from './unlike-twins.js';

export interface UnlikeShardsTools {
  readonly asking: Pick<Asking, 'ask' | 'askSample'>;
  readonly log: (event: string, details: object) => void;
  /** Whether a plan does. */
  readonly stands: (signed: SignedPlan) => boolean;
  /** Two are as near to each other as two classes are, in `share` of their bricks; 0 where there was nothing to compare. */
  readonly near: (signed: SignedPlan, twins: Twins, share: number) => void;
  /** Two are farther apart: one of them is wrong. */
  readonly apart: (signed: SignedPlan, twins: Twins) => void;
  /** What a neighbour had of a peer that is gone is not what its heir would have sent. */
  readonly otherHalos: (heir: SignedSpan, neighbour: SignedSpan) => void;
  readonly forged: (by: SignedSpan) => void;
  readonly notShown: (by: SignedSpan) => void;
  readonly progressed: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Looks after shards whose peer and shadow need not have the same bits, span by span: what both came to is compared by its values, and where one
 * takes over from the other, so is what the other had sent. Until that is done the span is not vetted.
 */
export class UnlikeShards {
  readonly #job: Job;
  readonly #tools: UnlikeShardsTools;
  readonly #twins: UnlikeTwins;
  readonly #underWay = new Set<Promise<void>>();

  constructor(job: Job, tools: UnlikeShardsTools) {
    this.#job = job;
    this.#tools = tools;
    this.#twins = new UnlikeTwins(job, tools.asking);
  }

  /** A span has been signed for whole, and `unlike` differ in its end. */
  compare(signed: SignedPlan, group: SpanGroup, unlike: readonly Twins[]): void {
    for (const twins of unlike) this.#begin(signed, group, twins, () => this.#compare(signed, group, twins));
    for (const [shard, heir] of group.byShard) {
      const twins = { peer: heir, shadow: heir };
      if (signed.isHeirToOthers(shard))
        this.#begin(signed, group, twins, () => this.#inherit(signed, group, shard));
    }
  }

  /** The run goes back: no plan stands. */
  clear(): void {
    this.#twins.clear();
  }

  /** Resolves when nothing is being compared any more. */
  async close(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  #begin(
    signed: SignedPlan,
    { step: to }: SpanGroup,
    { peer, shadow }: Twins,
    work: () => Promise<void>,
  ): void {
    const comparison = { peers: [peer.peer, shadow.peer], from: peer.statement.from, to };
    signed.beginsComparison(comparison);
    const { failed, progressed, stands } = this.#tools;
    const done = work()
      .catch((error) => {
        if (stands(signed)) failed(error);
      })
      .finally(() => {
        this.#underWay.delete(done);
        signed.endsComparison(comparison);
        if (stands(signed)) progressed();
      });
    this.#underWay.add(done);
  }

  async #compare(signed: SignedPlan, group: SpanGroup, twins: Twins): Promise<void> {
    const { stands, near, apart, forged, notShown } = this.#tools;
    const likeness = await this.#twins.compare(signed.plan, twins);
    if (!stands(signed)) return;
    const isThere = ({ peer }: SignedSpan) => signed.isHeldBy(peer);
    // Nobody goes by what a shadow computes that is gone.
    if (!isThere(twins.shadow)) return near(signed, twins, 0);
    if (!isThere(twins.peer)) return this.#inherit(signed, group, twins.peer.statement.shard);
    this.#note(twins, likeness);
    switch (likeness.kind) {
      case 'near':
        return near(signed, twins, likeness.share);
      case 'apart':
        return apart(signed, twins);
      case 'forged':
        return forged(likeness.by);
      case 'not shown':
        return notShown(likeness.by);
    }
  }

  async #inherit(signed: SignedPlan, group: SpanGroup, shard: number): Promise<void> {
    const { asking, stands, otherHalos, forged, notShown } = this.#tools;
    if (!signed.sizes.canBeShown.has(shard)) return;
    const isThere = (peer: PeerId) => stands(signed) && signed.isHeldBy(peer);
    // What a neighbour had is unknown where its shard is too large to be shown: it may keep nothing of it.
    const those = (spans: SpanGroup['byShard']) =>
      new Map([...spans].filter(([own, { peer }]) => isThere(peer) && signed.sizes.canBeShown.has(own)));
    const present = { ...group, byShard: those(group.byShard), shadows: those(group.shadows) };
    const legacy = await compareLegacy(this.#job, asking, signed.plan, present, shard);
    if (legacy.kind === 'near' || !isThere(legacy.by.peer)) return;
    switch (legacy.kind) {
      case 'apart':
        return otherHalos(legacy.by, legacy.other);
      case 'forged':
        return forged(legacy.by);
      case 'not shown':
        return notShown(legacy.by);
    }
  }

  #note({ peer, shadow }: Twins, likeness: Likeness): void {
    const { job, plan, shard, step } = peer.statement;
    const found = 'misfit' in likeness ? { misfit: likeness.misfit, share: likeness.share } : {};
    const details = { job, plan, shard, step, peer: peer.peer, shadow: shadow.peer };
    this.#tools.log('compared', { ...details, verdict: likeness.kind, ...found });
  }
}
