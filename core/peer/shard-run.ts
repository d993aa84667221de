import type { Engine, EngineShard } from '../../shaders/engine.js';
import { DivergedError, GroundswellError, LinkError, PlanEndedError } from '../errors.js';
import { type Box, cellCount } from '../grid/box.js';
import { transfers } from '../grid/transfer.js';
import type { Job } from '../job/job.js';
import { type Snapshot, snapshotsOf } from '../job/snapshots.js';
import type { Links } from '../links/links.js';
import type { CheckpointOrder } from '../protocol/messages.js';
import type { PeerId, Plan } from '../protocol/plan.js';
import type { Said } from '../protocol/session.js';
import type { BrickMemory } from './brick-memory.js';
import { EpochTally } from './epoch-tally.js';
import { type Exchange, planExchange } from './exchange.js';
import { Grants } from './grants.js';
import { Halos } from './halos.js';
import type { Inbox } from './inbox.js';
import { type Readable, stateParts } from './load.js';
import type { Objects } from './objects.js';
import { fillShard, openShard } from './open-shard.js';
import { giversOf, Partners } from './partners.js';
import { persistently } from './persistently.js';
import { ProbeLog } from './probe-log.js';
import { Saving } from './saving.js';
import { Settled } from './settled.js';
import { Stepping } from './stepping.js';
import type { Uploader } from './uploader.js';

export interface RunTools {
  readonly self: PeerId;
  readonly engine: Engine;
  readonly links: Links;
  readonly inbox: Inbox;
  readonly objects: Objects;
  readonly uploader: Uploader;
  readonly memory: BrickMemory;
  readonly send: (message: Said) => void;
  /** Seconds, from any start. */
  readonly now: () => number;
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly onStep: (step: number) => void;
}

/** A shard that is loaded. */
interface Loaded {
  readonly shard: EngineShard;
  readonly stepping: Stepping;
  readonly halos: Halos;
}

/**
 * One peer's shard under one plan: loads it, advances it as far as granted, exchanges halos, stores snapshots
 * and checkpoints, and hands it to the owners under the next plan.
 */
export class ShardRun {
  readonly plan: Plan;
  readonly #tools: RunTools;
  readonly #job: Job;
  readonly #index: number;
  readonly #box: Box;
  readonly #grants: Grants;
  readonly #exchange: Exchange;
  readonly #neighbours: ReadonlySet<PeerId>;
  readonly #givers: ReadonlySet<PeerId>;
  readonly #partners: Partners;
  readonly #snapshots: ReadonlyMap<number, readonly Snapshot[]>;
  readonly #probes: ProbeLog;
  readonly #saving: Saving;
  readonly #settled = new Settled();
  readonly #tally: EpochTally;
  #shard: EngineShard | undefined;
  #step: number;
  #phase: 'loading' | 'computing' | 'over' = 'loading';
  #ended = false;

  constructor(tools: RunTools, job: Job, plan: Plan, index: number) {
    const own = plan.shards[index];
    if (!own) throw new RangeError(`plan ${plan.id} has no shard ${index}`);
    this.plan = plan;
    this.#tools = tools;
    this.#job = job;
    this.#index = index;
    this.#box = own.box;
    this.#step = plan.from;
    this.#grants = new Grants(plan.from);
    this.#exchange = planExchange(job, plan, index);
    const { incoming, outgoing } = this.#exchange;
    this.#neighbours = new Set(
      [...incoming, ...outgoing].map(({ shard }) => plan.shards[shard]?.peer as PeerId),
    );
    this.#givers = new Set(giversOf(plan, own.box).map(({ peer }) => peer));
    this.#partners = new Partners({ ...tools, onFailure: (error, peer) => this.#fail(error, peer) });
    this.#snapshots = snapshotsOf(job);
    this.#probes = new ProbeLog(job, own.box);
    this.#saving = new Saving({ ...tools, onFailure: (error) => this.#fail(error) }, job, plan, own.box);
    this.#tally = new EpochTally(tools.now);
  }

  get step(): number {
    return this.#step;
  }

  grant(until: number, checkpoint: CheckpointOrder | undefined): void {
    this.#grants.extend(until, checkpoint);
  }

  /**
   * Loads the shard and advances it to the job's end, or as far as this plan goes. Resolves when it has ended;
   * a failure that is not our own end is told to the coordinator.
   */
  async run(): Promise<void> {
    try {
      const loaded = await this.#load();
      this.#phase = 'computing';
      this.#settled.at(this.#step);
      this.#tools.send({ type: 'ready', plan: this.plan.id });
      while (this.#step < this.#job.steps) {
        await this.#grants.beyond(this.#step);
        await this.#advanceTo(this.#granted, loaded);
      }
      this.#phase = 'over';
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Another peer is gone. While we need its halos, or its part of our state, we can't go on. */
  lost(peer: PeerId, reason: string): void {
    if (this.#needs(peer)) this.#fail(new LinkError(reason), peer);
  }

  /** Sends this shard's cells to their owners under `next`, once this run has reached `next.from`. */
  async handOver(next: Plan): Promise<void> {
    try {
      await this.#settled.reached(next.from);
      this.#phase = 'over';
      const boxes = next.shards.map(({ box }) => box);
      for (const { to, box } of transfers([this.#box], boxes)) {
        const owner = next.shards[to]?.peer as PeerId;
        for (const [part, slab] of stateParts(this.#job, box).entries()) {
          const cells = await this.#open().read([slab]);
          const message = { type: 'state', plan: next.id, from: this.#index, to, part, cells } as const;
          await this.#partners.deliver(owner, message);
        }
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Resolves when every snapshot taken so far is in the store, or this run has failed. */
  async stored(): Promise<void> {
    await this.#saving.ended();
  }

  /** Frees the device. Whoever waits inside this run stops waiting. */
  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#grants.end();
    this.#tools.uploader.drop(this.plan.id);
    this.#settled.end();
    await this.#shard?.close().catch(() => {});
  }

  #needs(peer: PeerId): boolean {
    switch (this.#phase) {
      case 'loading':
        return this.#neighbours.has(peer) || this.#givers.has(peer);
      case 'computing':
        return this.#neighbours.has(peer);
      case 'over':
        return false;
    }
  }

  #open(): EngineShard {
    if (!this.#shard || this.#ended) throw new LinkError('the plan has ended');
    return this.#shard;
  }

  async #load(): Promise<Loaded> {
    const job = this.#job;
    const objects = this.#objects();
    const tools = { ...this.#tools, objects, probes: this.#probes, partners: this.#partners };
    const opened = await openShard(tools, job, this.plan, this.#box);
    const { shard, sources } = opened;
    if (this.#ended) {
      await shard.close();
      throw new LinkError('the plan has ended');
    }
    this.#shard = shard;
    await this.#partners.connect([...this.#neighbours, ...this.#givers]);
    await fillShard(tools, job, this.plan, this.#box, opened);
    const [box, tally, probes] = [this.#box, this.#tally, this.#probes];
    const { exchangeEvery } = this.plan;
    return {
      shard,
      stepping: new Stepping({ job, box, exchangeEvery, shard, sources, probes, tally }),
      halos: new Halos({
        plan: this.plan,
        index: this.#index,
        exchange: this.#exchange,
        partners: new Partners({ ...this.#tools, onFailure: (error, peer) => this.#unsent(error, peer) }),
        tally,
        shard,
        onFailure: (error) => this.#unsent(error),
      }),
    };
  }

  /** The store, which is asked again where it fails. */
  #objects(): Readable {
    const { objects, pause } = this.#tools;
    return {
      get: (key: string) =>
        persistently(() => objects.get(key), {
          tries: Number.POSITIVE_INFINITY,
          pause,
          onFailure: ({ message }) => this.#held(message),
        }),
    };
  }

  get #granted(): number {
    return Math.min(this.#grants.until, this.#job.steps);
  }

  /**
   * The engine is asked for the next steps as soon as their halos are there, whether or not it has made those before: it never
   * waits for us. It is waited for only where the whole state is read.
   */
  async #advanceTo(until: number, loaded: Loaded): Promise<void> {
    this.#tally.granted();
    let before = Promise.resolve();
    for (let from = this.#step; from < until; ) {
      const to = Math.min(from + this.plan.exchangeEvery, until);
      await loaded.halos.receive(from);
      const made = this.#make(from, to, loaded);
      // Awaited below; it may fail earlier.
      made.catch(() => undefined);
      await before;
      before = made;
      const ends = (to - this.plan.from) % this.plan.epoch === 0 || to === this.#job.steps;
      if (ends || this.#due(from, to).length > 0) await made;
      if (ends) await this.#endEpoch(loaded);
      from = to;
    }
    await before;
  }

  /** Makes the steps from one exchange to the next, and the snapshots that are due. */
  async #make(from: number, to: number, { shard, stepping, halos }: Loaded): Promise<void> {
    let at = from;
    for (const stop of new Set([...this.#due(from, to), to])) {
      const whole = stop - at === this.plan.exchangeEvery;
      if (whole && to < this.#granted) await stepping.advanceBandsFirst(at, () => halos.send(to));
      else await stepping.advance(at, stop, to);
      const snapshots = this.#snapshots.get(stop);
      if (snapshots) await this.#saving.snapshot(shard, stop, snapshots);
      at = stop;
    }
    this.#step = to;
    this.#tools.onStep(to);
  }

  /** The steps after `from`, up to `to`, at which snapshots are due. */
  #due(from: number, to: number): number[] {
    const steps = Array.from({ length: to - from }, (_, i) => from + 1 + i);
    return steps.filter((step) => this.#snapshots.has(step));
  }

  async #endEpoch({ shard }: Loaded): Promise<void> {
    const { from, epoch, id } = this.plan;
    const step = this.#step;
    const steps = (step - from) % epoch || epoch;
    const diverged = this.#probes.divergence;
    const messages = this.#tally.report({
      plan: id,
      step,
      before: this.#settled.step ?? from,
      cellUpdates: steps * cellCount(this.#box) * this.#job.components.length,
      probes: this.#probes.take(),
    });
    for (const message of messages) this.#tools.send(message);
    if (diverged) throw diverged;
    const checkpoint = this.#grants.checkpointAt(step);
    if (checkpoint) await this.#saving.checkpoint(shard, checkpoint);
    this.#settled.at(step);
  }

  /** The store fails, and is asked again. */
  #held(reason: string): void {
    if (this.#ended) throw new PlanEndedError(this.plan.id);
    this.#tools.send({ type: 'held', plan: this.plan.id, reason: reason.slice(0, 500) });
  }

  /** Halos could not be sent. A shard that needs them no longer needs no fault found with whom they were for. */
  #unsent(error: unknown, peer?: PeerId): void {
    if (this.#phase === 'computing') this.#fail(error, peer);
  }

  /** Tells the coordinator, once, unless the run has ended already: then failures are its echo. */
  #fail(error: unknown, peer?: PeerId): void {
    if (this.#ended) return;
    this.#tools.send(this.#complaint(error, peer));
    void this.end();
  }

  #complaint(error: unknown, peer: PeerId | undefined): Said {
    const plan = this.plan.id;
    if (error instanceof DivergedError)
      return { type: 'diverged', plan, step: error.step, state: error.state };
    const reason = error instanceof GroundswellError ? error.message : String(error);
    return { type: 'failed', plan, reason: reason.slice(0, 500), ...(peer && { peer }) };
  }
}
