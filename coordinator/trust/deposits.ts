import { cellCount } from '../../core/grid/box.js';
import { brickBox, brickIndex } from '../../core/grid/bricks.js';
import type { Job } from '../../core/job/job.js';
import { type Snapshot, snapshotsOf } from '../../core/job/snapshots.js';
import { stateSlabs } from '../../core/peer/load.js';
import { checkpointBrickKey } from '../../core/protocol/keys.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';
import { digestOf } from '../../core/protocol/seal.js';
import type { Occasion } from '../../core/trust/reputation/selection.js';
import { brickDigest, sameDigest } from '../../core/trust/statement/brick-digest.js';
import { snapshotsIn } from '../../core/witness/outputs.js';
import type { Span } from '../../core/witness/span.js';
import type { Store } from '../store/store.js';
import { type Checker, digest } from './checker.js';
import type { Parties } from './parties.js';
import { misstoredBrick, misstoredOutputs, type SignedBrick } from './read-back.js';
import type { SignedSpan, SpanGroup } from './signed-span.js';
import type { SignedFor, ToldCheckpoint } from './told-checkpoint.js';

/** Plans of which something may still come: the newest, and those that hand over to it. */
const KEPT_PLANS = 2;

export interface DepositTools {
  readonly parties: Pick<Parties, 'isChecked'>;
  readonly checker: Pick<Checker, 'inTurn'>;
  readonly store: Pick<Store, 'get'>;
  /** Whether two of a shard, one of whom took it over from the other, need not have the same bits. */
  readonly isUnlike: (plan: number, shard: number) => boolean;
  readonly log: (event: string, details: object) => void;
  /** Whether somebody waits for nothing else. */
  readonly isWaiting: () => boolean;
  /** What a peer stored is not what it signed for. What it did after `right` steps cannot be kept. */
  readonly misstored: (by: SignedSpan, why: string, right: number) => void;
  /** What `teller` stored is not what another peer signed for: one of them took the shard over, and which one lied cannot be told. */
  readonly spoilt: (teller: PeerId, why: string, right: number) => void;
  /** Something has been read, and is right. */
  readonly progressed: () => void;
  readonly failed: (error: unknown) => void;
}

/** Something stored, or about to be, that has been signed for. */
interface Deposit {
  readonly span: Span;
  readonly by: SignedSpan;
  /** Who said that it is stored. */
  readonly teller: PeerId;
  readonly of: 'outputs' | 'checkpoint';
  /** Resolves to what is wrong. `isDrawn`: whether it is read from the store. */
  readonly look: (isDrawn: boolean) => Promise<string | undefined>;
}

/** A span that has been signed for and compared, until all that it owes the store is told of. */
interface Owing {
  readonly span: Span;
  readonly by: SignedSpan;
  readonly steps: Set<number>;
  /** Who has told of some: before the end of a span another may have taken its shard over. */
  readonly tellers: Set<PeerId>;
}

/**
 * Holds what peers bring to the store to what they signed for. It is drawn when a peer has both signed for a thing and said
 * that it is stored, and read without the peer's knowing: as often as its spans are computed again, and independently of that.
 */
export class Deposits {
  readonly #job: Job;
  readonly #tools: DepositTools;
  readonly #snapshots: ReadonlyMap<number, readonly Snapshot[]>;
  /** By plan and shard: steps whose snapshots are stored, of spans that have not been compared, and who said so. */
  #stored = new Map<string, Map<number, PeerId>>();
  #owing: Owing[] = [];
  /** By plan and shard: what has been told of a checkpoint, until its bricks are signed for, and by whom. */
  #checkpoints = new Map<string, { readonly told: ToldCheckpoint; readonly teller: PeerId }>();
  /** Steps whose states may be stored, since the newest seal. */
  #keptEnds = new Set<number>();
  /** By plan, shard and step: spans that ended at those, and have been compared. */
  #signed = new Map<string, Pick<Deposit, 'span' | 'by'>>();
  #waiters: (() => void)[] = [];
  /** What was signed for the bricks of the checkpoint that is being stored, or was stored last. */
  #bricks: { readonly step: number; readonly signed: Map<number, Uint8Array> } | undefined;
  #pending = new Set<Deposit>();
  readonly #looks = new Set<Promise<void>>();
  readonly #zeros = new Map<number, Uint8Array>();

  constructor(job: Job, tools: DepositTools) {
    this.#job = job;
    this.#tools = tools;
    this.#snapshots = snapshotsOf(job);
  }

  /** All shards of a plan have signed for a span, and both ends of all links for the same. */
  compared(plan: Plan, { step: to, byShard }: SpanGroup): void {
    this.#forgetBefore(plan.id - KEPT_PLANS);
    for (const [shard, by] of byShard) {
      const span: Span = { plan, shard, from: by.statement.from, to };
      const name = nameOf(plan, shard);
      if (this.#keptEnds.has(to)) this.#signed.set(`${name} ${to}`, { span, by });
      const steps = new Set(snapshotsIn(this.#snapshots, span).map(([step]) => step));
      if (steps.size > 0) this.#owing.push({ span, by, steps, tellers: new Set() });
      this.#settle(name);
    }
  }

  /** A peer says that its part of the snapshots of a step is stored. */
  stored(plan: Plan, peer: PeerId, step: number): void {
    // Of other steps nothing is ever asked for.
    if (step <= plan.from || !this.#snapshots.has(step)) return;
    const shard = plan.shards.findIndex((own) => own.peer === peer);
    const name = nameOf(plan, shard);
    this.#stored.set(name, (this.#stored.get(name) ?? new Map<number, PeerId>()).set(step, peer));
    this.#settle(name);
  }

  /** A peer has told of all bricks of its shard. */
  checkpointed(plan: Plan, peer: PeerId, told: ToldCheckpoint): void {
    const shard = plan.shards.findIndex((own) => own.peer === peer);
    const name = nameOf(plan, shard);
    this.#checkpoints.set(name, { told, teller: peer });
    this.#settle(name);
  }

  /** The state at `step` may be stored: what is signed for it is kept until something newer is safe. */
  keeps(step: number): void {
    this.#keptEnds.add(step);
  }

  /** All up to `step` is safe: no checkpoint of what came before is made any more. */
  stands(step: number): void {
    for (const end of this.#keptEnds) if (end <= step) this.#keptEnds.delete(end);
    for (const [name, { span }] of this.#signed) if (span.to <= step) this.#signed.delete(name);
  }

  /** What was signed for the bricks of the newest checkpoint, if it is the one at `step`. */
  signedFor(step: number): SignedFor | undefined {
    return this.#bricks?.step === step ? this.#bricks.signed : undefined;
  }

  /** Resolves when all that a span owes the store is there, or the run has gone back. It has been compared. */
  async whenStored({ plan, shard, to }: Span): Promise<void> {
    const isOwing = () =>
      this.#owing.some(({ span }) => span.plan === plan && span.shard === shard && span.to === to);
    while (isOwing()) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  /** Whether nothing that belongs to the steps up to `step` is being read. */
  isClearThrough(step: number): boolean {
    return [...this.#pending].every(({ span }) => span.to > step);
  }

  /** The step before which nothing is being read; undefined where nothing is. */
  get clearThrough(): number | undefined {
    const froms = [...this.#pending].map(({ span }) => span.from);
    return froms.length > 0 ? Math.min(...froms) : undefined;
  }

  /** The run goes back: what was stored is stored again, or is sealed. */
  clear(): void {
    this.#stored = new Map();
    this.#owing = [];
    this.#checkpoints = new Map();
    this.#keptEnds = new Set();
    this.#signed = new Map();
    this.#bricks = undefined;
    this.#pending = new Set();
    this.#wake();
  }

  /** Resolves when nothing is being read any more. */
  async close(): Promise<void> {
    this.clear();
    await Promise.all(this.#looks);
  }

  /** Draws what has been both told of and signed for. */
  #settle(name: string): void {
    const stored = this.#stored.get(name);
    for (const owing of this.#owing.filter(({ span }) => nameOf(span.plan, span.shard) === name)) {
      for (const step of owing.steps) {
        const teller = stored?.get(step);
        if (teller === undefined) continue;
        stored?.delete(step);
        owing.steps.delete(step);
        owing.tellers.add(teller);
      }
      if (owing.steps.size > 0) continue;
      const deposit = this.#outputsOf(owing);
      if (!this.#isOfOthers(deposit)) this.#look(deposit);
    }
    this.#owing = this.#owing.filter(({ steps }) => steps.size > 0);
    this.#wake();
    const checkpoint = this.#checkpoints.get(name);
    const signed = checkpoint && this.#signed.get(`${name} ${checkpoint.told.step}`);
    if (!signed) return;
    this.#checkpoints.delete(name);
    if (this.#isOfOthers({ ...signed, teller: checkpoint.teller })) return;
    this.#noteBricks(checkpoint.told, signed.by);
    this.#look({ ...signed, teller: checkpoint.teller, ...this.#bricksOf(checkpoint.told, signed) });
  }

  /** Whether one stored it, and another signed for it who need not have the same bits: then nothing can be said of it. */
  #isOfOthers({ span, by, teller }: Pick<Deposit, 'span' | 'by' | 'teller'>): boolean {
    return teller !== by.peer && this.#tools.isUnlike(span.plan.id, span.shard);
  }

  #wake(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }

  /** Plans that others have taken over from long ago. */
  #forgetBefore(plan: number): void {
    for (const kept of [this.#stored, this.#signed, this.#checkpoints]) {
      for (const name of kept.keys()) if (Number(name.split(' ')[0]) < plan) kept.delete(name);
    }
  }

  #outputsOf({ span, by, tellers }: Owing): Deposit {
    const { store } = this.#tools;
    const look = async (isDrawn: boolean) =>
      isDrawn ? misstoredOutputs(store, this.#job, span, by.statement.outputs, digest) : undefined;
    const teller = [...tellers].find((peer) => peer !== by.peer) ?? by.peer;
    return { span, by, teller, of: 'outputs', look };
  }

  #noteBricks({ step, bricks }: ToldCheckpoint, { digests }: SignedSpan): void {
    if (this.#bricks?.step !== step) this.#bricks = { step, signed: new Map() };
    const { signed } = this.#bricks;
    for (const [i, { brick }] of bricks.entries()) {
      signed.set(brickIndex(this.#job.grid, brick), digestOf(digests, i));
    }
  }

  #bricksOf(
    { bricks }: ToldCheckpoint,
    { span, by }: Pick<Deposit, 'span' | 'by'>,
  ): Pick<Deposit, 'of' | 'look'> {
    const { grid } = this.#job;
    const toRead: SignedBrick[] = [];
    const look = async (isDrawn: boolean) => {
      for (const [i, { brick, place, held }] of bricks.entries()) {
        const signed = digestOf(by.digests, i);
        const cells = stateSlabs(this.#job, brickBox(grid, brick)).reduce(
          (sum, { box }) => sum + cellCount(box),
          0,
        );
        const known = place === null ? await this.#zerosOf(cells) : held;
        if (known && !sameDigest(signed, known)) return `brick ${brick.join('/')} is not as it says`;
        if (place !== null && !held) {
          toRead.push({ key: checkpointBrickKey(span.plan.job, place, brick), cells, digest: signed });
        }
      }
      return isDrawn ? misstoredBrick(this.#tools.store, toRead, digest) : undefined;
    };
    return { of: 'checkpoint', look };
  }

  async #zerosOf(cells: number): Promise<Uint8Array> {
    const known = this.#zeros.get(cells) ?? (await brickDigest(new Float32Array(cells), digest));
    this.#zeros.set(cells, known);
    return known;
  }

  /** One thing of a kind of one shard is read at a time; others are let pass meanwhile. */
  #look(deposit: Deposit): void {
    const { span, by, of } = deposit;
    const { parties, checker, isWaiting, failed } = this.#tools;
    const occasion: Occasion = { of, plan: span.plan.id, shard: span.shard, step: span.to };
    const isBusy = [...this.#pending].some(
      (other) => other.of === of && other.span.plan === span.plan && other.span.shard === span.shard,
    );
    const isDrawn = parties.isChecked(by.known.party, occasion) && !isBusy;
    if (!isDrawn && of === 'outputs') return;
    this.#pending.add(deposit);
    const look = () => deposit.look(isDrawn);
    const done = (isDrawn ? checker.inTurn(look, isWaiting) : look())
      .then((wrong) => this.#heed(deposit, wrong))
      .catch((error) => {
        if (this.#pending.has(deposit)) failed(error);
      })
      .finally(() => this.#looks.delete(done));
    this.#looks.add(done);
  }

  #heed(deposit: Deposit, wrong: string | undefined): void {
    const { log, misstored, spoilt, progressed } = this.#tools;
    const { span, by, teller, of } = deposit;
    // The run has gone back meanwhile.
    if (!this.#pending.delete(deposit)) return;
    const verdict = wrong === undefined ? 'holds' : 'misstored';
    log('read-back', { job: span.plan.job, peer: teller, plan: span.plan.id, step: span.to, of, verdict });
    if (wrong === undefined) progressed();
    else if (teller === by.peer) misstored(by, wrong, span.from);
    else spoilt(teller, wrong, span.from);
  }
}

const nameOf = (plan: Plan, shard: number) => `${plan.id} ${shard}`;
