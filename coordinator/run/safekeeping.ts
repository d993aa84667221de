import { ProtocolError } from '../../core/errors.js';
import { type Box, cellCount, type Triple } from '../../core/grid/box.js';
import { brickBox, brickCounts, brickIndex, bricksOf } from '../../core/grid/bricks.js';
import type { Job } from '../../core/job/job.js';
import { snapshotsOf } from '../../core/job/snapshots.js';
import { stateSlabs } from '../../core/peer/load.js';
import type { CheckpointOrder, Owed } from '../../core/protocol/messages.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';
import { type CheckpointName, digestOf } from '../../core/protocol/seal.js';
import { BRICK_DIGEST_BYTES } from '../../core/trust/statement/digest-size.js';
import type { RunMessage } from '../room/conductor.js';
import type { Store } from '../store/store.js';
import { digest } from '../trust/checker.js';
import { misstoredBrick } from '../trust/read-back.js';
import type { SignedFor, ToldBrick, ToldCheckpoint } from '../trust/told-checkpoint.js';
import { Checkpoints, type SealedState } from './checkpoints.js';
import { Ledger } from './ledger.js';

export interface SafekeepingTools {
  readonly store: Store;
  /** The coordinator's. */
  readonly term: number;
  /** Resolves when all that the coordinator itself writes of the result so far is in the store. */
  readonly flush: () => Promise<void>;
  /** Whether all that was computed up to a step has been vetted. */
  readonly isVettedThrough?: (step: number) => boolean;
  /** The last step up to which nothing can turn out to be wrong. */
  readonly surelyRight?: () => number;
  /** Resolves when the result says that all up to a step has been vetted, and no more. */
  readonly markVetted?: (step: number) => Promise<void>;
  /** What was signed for the bricks of the checkpoint at a step; undefined where nobody signed. */
  readonly signedFor?: (step: number) => SignedFor | undefined;
}

type Latest = Pick<SealedState, 'name' | 'places' | 'digests'>;

/** A checkpoint that peers are storing. */
interface UnderWay {
  readonly order: CheckpointOrder;
  readonly plan: number;
  /** By peer, how many bricks of its shard it has told of. */
  readonly told: Map<PeerId, number>;
  /** Who has not told of all. */
  readonly owing: Set<PeerId>;
  /** The one before, of which bricks may be shared. */
  readonly before: Latest | undefined;
  readonly places: (CheckpointName | null | undefined)[];
}

/** What a run owes the store, and how far it is safe there: snapshots, the checkpoint under way, the seals. */
export class Safekeeping {
  readonly #job: Job;
  readonly #tools: SafekeepingTools;
  readonly #checkpoints: Checkpoints;
  readonly #ledger = new Ledger();
  readonly #snapshots: ReturnType<typeof snapshotsOf>;
  #underWay: UnderWay | undefined;
  /** The checkpoint that was stored last, sealed or about to be: the next one may share its bricks. */
  #latest: Latest | undefined;
  #begun = Date.now();
  #sealing: Promise<void> | undefined;

  constructor(id: string, job: Job, tools: SafekeepingTools) {
    this.#job = job;
    this.#tools = tools;
    this.#checkpoints = new Checkpoints(tools.store, id, job, tools.term, tools.surelyRight);
    this.#snapshots = snapshotsOf(job);
  }

  /** Takes the job over, with what was sealed before. @throws TakenOverError */
  async open(): Promise<void> {
    await this.#checkpoints.open();
    this.#latest = this.#checkpoints.newest;
  }

  /** The newest sealed state, if there is one. */
  get newest(): SealedState | undefined {
    return this.#checkpoints.newest;
  }

  /** Whether the end is sealed: nothing is to be computed any more. */
  get isFinal(): boolean {
    return this.#checkpoints.isFinal;
  }

  /** Whether a checkpoint is being stored. */
  get isStoring(): boolean {
    return this.#underWay !== undefined;
  }

  /** The checkpoint of a plan's shards that is being stored, if one is. */
  underWay(plan: number): CheckpointOrder | undefined {
    return this.#underWay?.plan === plan ? this.#underWay.order : undefined;
  }

  /** Whether a peer still has something that the store is to have. */
  owes(peer: PeerId): boolean {
    return this.#ledger.owes(peer) || this.#underWay?.owing.has(peer) === true;
  }

  /** Whether a peer still has snapshots of `step` that the store is to have. */
  owesSnapshot(step: number, peer: PeerId): boolean {
    return this.#ledger.owes(peer, step);
  }

  /** What a peer still has that the store is to have. */
  owedBy(peer: PeerId): Owed {
    const underWay = this.#underWay;
    const snapshots = this.#ledger.owedBy(peer);
    return { snapshots, ...(underWay?.owing.has(peer) && { checkpoint: underWay.order.name }) };
  }

  /** What a peer owes its shard's shadow owes from now on, and tells of anew. */
  handOn(peer: PeerId, heir: PeerId): void {
    this.#ledger.handOn(peer, heir);
    if (this.#underWay?.owing.delete(peer)) this.#underWay.owing.add(heir);
  }

  /** Whether every snapshot up to `step` is in the store. */
  settledThrough(step: number): boolean {
    return this.#ledger.settledThrough(step);
  }

  /** Whether a run may go back to a state at `step` that is not sealed: all before it is stored, and vetted. */
  isSafeThrough(step: number): boolean {
    return this.settledThrough(step) && this.#tools.isVettedThrough?.(step) !== false;
  }

  /** Notes what `peers` owe for the steps after `before`, up to `until`. Returns how many snapshots that is. */
  expect(before: number, until: number, peers: readonly PeerId[]): number {
    const steps = Array.from({ length: until - before }, (_, i) => before + 1 + i);
    const due = steps.filter((step) => this.#snapshots.has(step));
    for (const step of due) this.#ledger.owe(step, peers);
    return due.length;
  }

  /** Whether the time for the next regular checkpoint has come. */
  get isDue(): boolean {
    return Date.now() - this.#begun >= this.#job.run.checkpointSeconds * 1000;
  }

  /** Begins a checkpoint of a plan's shards at `step`, unless one is under way. */
  begin(step: number, { id, shards }: Plan): void {
    if (this.#underWay) return;
    const before = this.#latest;
    const name = `${step}-${this.#tools.term}-${id}`;
    this.#underWay = {
      order: { step, name, ...(before && { since: before.name }) },
      plan: id,
      told: new Map(),
      owing: new Set(shards.map(({ peer }) => peer)),
      before,
      places: [],
    };
    this.#begun = Date.now();
  }

  /** A peer has stored its part of the snapshots of a step. */
  stored(step: number, peer: PeerId): void {
    this.#ledger.paid(step, peer);
  }

  /**
   * A peer tells where bricks of its shard lie. Of checkpoints that are void it may tell still. Returns all that it has told
   * of its shard, once that is whole.
   * @throws ProtocolError where it tells of bricks out of turn, or of some that cannot be as it says.
   */
  checkpointed(
    peer: PeerId,
    shard: Box,
    { plan, name, first, bricks: letters }: Extract<RunMessage, { type: 'checkpointed' }>,
  ): ToldCheckpoint | undefined {
    const underWay = this.#underWay;
    if (underWay?.order.name !== name || underWay.plan !== plan || !underWay.owing.has(peer))
      return undefined;
    const bricks = bricksOf(this.#job.grid, shard);
    const told = underWay.told.get(peer) ?? 0;
    if (first !== told || told + letters.length > bricks.length) {
      throw new ProtocolError(
        `checkpointed: bricks from ${first} on where ${told} of ${bricks.length} are told`,
      );
    }
    for (const [i, brick] of bricks.slice(first, first + letters.length).entries()) {
      const index = brickIndex(this.#job.grid, brick);
      underWay.places[index] = placeOf(letters[i], name, underWay.before?.places[index]);
    }
    underWay.told.set(peer, told + letters.length);
    if (told + letters.length < bricks.length) return undefined;
    underWay.owing.delete(peer);
    return { step: underWay.order.step, bricks: bricks.map((brick) => this.#toldOf(underWay, brick)) };
  }

  /**
   * Seals the checkpoint under way where all of it is stored, and nothing before it is owed. Resolves to its step, once
   * it is sealed; undefined where it is not time.
   */
  seal(): Promise<number> | undefined {
    const underWay = this.#underWay;
    if (!underWay || underWay.owing.size > 0) return undefined;
    const { step, name } = underWay.order;
    if (!this.isSafeThrough(step)) return undefined;
    const places = this.#wholePlaces(underWay);
    const digests = this.#digestsAt(step, places.length);
    this.#underWay = undefined;
    this.#latest = { name, places, digests };
    const sealed = this.quiet().then(async () => {
      await this.#tools.flush();
      await this.#checkpoints.seal(step, name, places, digests);
      await this.markVetted();
      return step;
    });
    this.#sealing = sealed.then(() => {});
    return sealed;
  }

  /** Has the result say how far it has been vetted, where peers signed for what is sealed. */
  async markVetted(): Promise<void> {
    const { newest } = this;
    if (newest?.digests) await this.#tools.markVetted?.(newest.step);
  }

  /**
   * The step of the oldest sealed state that is of no use, for one of its bricks is not what was sealed: the object of that key.
   * Resolves to undefined where it is, or belongs to none.
   */
  async spoilt(key: string): Promise<number | undefined> {
    const held = this.#checkpoints.holding(key);
    if (!held) return undefined;
    const cells = stateSlabs(this.#job, brickBox(this.#job.grid, held.brick)).reduce(
      (sum, { box }) => sum + cellCount(box),
      0,
    );
    const wrong = await misstoredBrick(this.#tools.store, [{ key, cells, digest: held.digest }], digest);
    return wrong === undefined ? undefined : held.step;
  }

  /** Resolves when nothing is being sealed. Rejects where a seal failed. */
  async quiet(): Promise<void> {
    await this.#sealing;
  }

  /** Seals the end. @throws TakenOverError */
  async sealEnd(): Promise<void> {
    await this.quiet();
    await this.#tools.flush();
    await this.#checkpoints.sealEnd();
  }

  /**
   * The run goes back to the newest seal, or the start: what was owed after it will be made again. What was sealed beyond
   * `right` steps is given up. Resolves when it is known which seal that is.
   */
  async goBack(right = Number.POSITIVE_INFINITY): Promise<void> {
    this.#ledger.clear();
    this.#underWay = undefined;
    await this.quiet();
    if (this.newest && this.newest.step > right) {
      await this.#checkpoints.giveUpBeyond(right);
      await this.#tools.markVetted?.(this.newest?.step ?? 0);
    }
    this.#latest = this.newest;
  }

  /** Removes what the job could go on from; that its end is sealed stays known. */
  removeStates(): Promise<void> {
    return this.#checkpoints.removeStates();
  }

  /** Removes the rest: the store knows that the job is done. */
  removeSeals(): Promise<void> {
    return this.#checkpoints.removeSeals();
  }

  #toldOf({ order, before, places }: UnderWay, brick: Triple): ToldBrick {
    const index = brickIndex(this.#job.grid, brick);
    const place = places[index] ?? null;
    const isShared = place !== null && place !== order.name;
    return { brick, place, held: isShared && before?.digests ? digestOf(before.digests, index) : undefined };
  }

  #digestsAt(step: number, bricks: number): Uint8Array | undefined {
    const signedFor = this.#tools.signedFor?.(step);
    // Some were signed for too late to be known of, or never: of what is not signed for whole, nothing is said.
    if (signedFor?.size !== bricks) return undefined;
    const digests = new Uint8Array(bricks * BRICK_DIGEST_BYTES);
    for (const [brick, digest] of signedFor) digests.set(digest, brick * BRICK_DIGEST_BYTES);
    return digests;
  }

  #wholePlaces({ places }: UnderWay): (CheckpointName | null)[] {
    const [nz, ny, nx] = brickCounts(this.#job.grid);
    const whole = Array.from({ length: nz * ny * nx }, (_, i) => places[i]);
    if (whole.includes(undefined)) throw new Error('a checkpoint lacks bricks, though every shard is stored');
    return whole as (CheckpointName | null)[];
  }
}

function placeOf(
  letter: string | undefined,
  name: CheckpointName,
  before: CheckpointName | null | undefined,
): CheckpointName | null {
  switch (letter) {
    case 'n':
      return name;
    case 'z':
      return null;
    default:
      if (before === undefined)
        throw new ProtocolError('checkpointed: no checkpoint before holds this brick');
      return before;
  }
}
