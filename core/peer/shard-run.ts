import type { Engine, EngineShard } from '../../shaders/engine.js';
import { DivergedError, GroundswellError, LinkError, NotAsSealedError, PlanEndedError } from '../errors.js';
import type { Box } from '../grid/box.js';
import { transfers } from '../grid/transfer.js';
import type { Job } from '../job/job.js';
import type { Links } from '../links/links.js';
import type { CopyMessage, CopyTakenMessage } from '../links/messages.js';
import { holdersIn, holdersOf, isShadow, planWithout } from '../protocol/holders.js';
import type { Owed } from '../protocol/messages.js';
import type { PeerId, Plan } from '../protocol/plan.js';
import type { Said } from '../protocol/session.js';
import type { Onlookers } from '../watch/onlookers.js';
import { signedHalosOf } from '../witness/span.js';
import { type Identity, Witness } from '../witness/witness.js';
import { Advancing } from './advancing.js';
import type { BrickMemory } from './brick-memory.js';
import type { Copies } from './copy.js';
import { Copying } from './copying.js';
import { EpochTally } from './epoch-tally.js';
import { type Exchange, planExchange } from './exchange.js';
import { type GrantOrders, Grants } from './grants.js';
import { Halos } from './halos.js';
import type { Inbox } from './inbox.js';
import { LinkNews } from './link-news.js';
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
  /** Nobody looks at the members of a sweep. */
  readonly onlookers?: Onlookers;
  readonly uploader: Pick<Uploader, 'upload' | 'drop'>;
  readonly memory: BrickMemory;
  /** Signs for the shard, where the plan asks for it. */
  readonly identity?: Identity;
  readonly copies: Copies;
  readonly send: (message: Said) => void;
  /** Seconds, from any start. */
  readonly now: () => number;
  readonly pause: (milliseconds: number) => Promise<void>;
  readonly onStep: (step: number) => void;
}

/**
 * One peer's shard under one plan: loads it, advances it as far as granted, exchanges halos, stores snapshots
 * and checkpoints, and hands it to the owners under the next plan.
 */
export class ShardRun {
  readonly #tools: RunTools;
  #plan: Plan;
  readonly #job: Job;
  readonly #index: number;
  readonly #box: Box;
  readonly #grants: Grants;
  readonly #exchange: Exchange;
  /** Shards that this one exchanges halos with. */
  readonly #neighbours: ReadonlySet<number>;
  readonly #givers: ReadonlySet<PeerId>;
  readonly #partners: Partners;
  readonly #saving: Saving;
  readonly #copying: Copying;
  readonly #settled = new Settled();
  readonly #tally: EpochTally;
  #shard: EngineShard | undefined;
  #halos: Halos | undefined;
  /** Peers that could not be reached and that the plan can do without, of which the coordinator knows. */
  readonly #missed = new Set<PeerId>();
  #witness: Witness | undefined;
  /** The coordinator knows that the field is not finite. */
  #hasDiverged = false;
  #step: number;
  #phase: 'loading' | 'computing' | 'over' = 'loading';
  #ended = false;
  #stop = () => {};
  /** Resolves when it ends: an engine that hangs answers never. */
  readonly #stopped = new Promise<void>((resolve) => {
    this.#stop = resolve;
  });

  constructor(tools: RunTools, job: Job, plan: Plan, index: number) {
    const own = plan.shards[index];
    if (!own) throw new RangeError(`plan ${plan.id} has no shard ${index}`);
    this.#plan = plan;
    this.#tools = tools;
    this.#job = job;
    this.#index = index;
    this.#box = own.box;
    this.#step = plan.from;
    this.#tally = new EpochTally(tools.now);
    this.#grants = new Grants(plan.from);
    this.#exchange = planExchange(job, plan, index);
    const { incoming, outgoing } = this.#exchange;
    this.#neighbours = new Set([...incoming, ...outgoing].map(({ shard }) => shard));
    this.#givers = new Set(giversOf(plan, own.box).map(({ peer }) => peer));
    this.#partners = new Partners({ ...tools, onFailure: (error, peer) => this.#fail(error, peer) });
    const quiet = { ...tools, partners: new Partners({ ...tools, onFailure: () => {} }) };
    this.#copying = new Copying(quiet, job, plan, index, own.box);
    const saving = {
      ...tools,
      isShadow: () => this.isShadow,
      onFailure: (error: unknown) => this.#fail(error),
    };
    this.#saving = new Saving(saving, job, plan, own.box);
  }

  /** As it stands: shadows take over. */
  get plan(): Plan {
    return this.#plan;
  }

  /** Whether another peer answers for the shard. */
  get isShadow(): boolean {
    return isShadow(this.#plan, this.#tools.self);
  }

  /** Whether the engine has been asked for steps that it has not made. */
  get isBusy(): boolean {
    return this.#tally.isBusy;
  }

  get step(): number {
    return this.#step;
  }

  /** What this peer has signed under the plan; undefined where it signs nothing. */
  get witness(): Witness | undefined {
    return this.#witness;
  }

  grant(until: number, orders: GrantOrders): void {
    this.#grants.extend(until, orders);
  }

  /** Throws ProtocolError where the copy is not for this shard's peer to keep. */
  copyArrived(sender: PeerId, message: CopyMessage | CopyTakenMessage): void {
    if (!this.#ended) this.#copying.arrived(sender, message);
  }

  /**
   * Loads the shard and advances it to the job's end, or as far as this plan goes. Resolves when it has ended;
   * a failure that is not our own end is told to the coordinator.
   */
  async run(): Promise<void> {
    try {
      const advancing = await this.#load();
      this.#phase = 'computing';
      this.#settled.at(this.#plan.from);
      this.#tools.send({ type: 'ready', plan: this.#plan.id });
      await Promise.race([advancing.run(), this.#stopped]);
      this.#phase = 'over';
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Another peer is gone. While we need its halos, or its part of our state, we can't go on. */
  lost(peer: PeerId, reason: string): void {
    if (this.#needs(peer)) this.#unreachable(new LinkError(reason), peer);
  }

  /** A peer holds nothing of the plan any more. Where it had a shard, its shadow has it from here on: this one, or a neighbour's. */
  retired(peer: PeerId, owed: Owed): void {
    const shard = this.#plan.shards.findIndex((own) => own.peer === peer);
    this.#plan = planWithout(this.#plan, peer) ?? this.#plan;
    const heir = this.#plan.shards[shard]?.peer;
    if (heir === this.#tools.self) this.#takeOver(owed);
    else if (heir !== undefined) this.#tools.inbox.redirect(this.#plan.id, peer, heir);
  }

  /** Sends this shard's cells to their owners under `next`, once this run has reached `next.from`. */
  async handOver(next: Plan): Promise<void> {
    try {
      await this.#settled.reached(next.from);
      this.#phase = 'over';
      this.#witness?.end(next.from);
      if (this.isShadow) return;
      const boxes = next.shards.map(({ box }) => box);
      for (const { to, box } of transfers([this.#box], boxes)) {
        for (const [part, slab] of stateParts(this.#job, box).entries()) {
          const cells = await this.#open().read([slab]);
          const message = { type: 'state', plan: next.id, from: this.#index, to, part, cells } as const;
          for (const holder of holdersOf(next, to)) await this.#partners.deliver(holder, message);
        }
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Resolves when every snapshot taken so far is in the store, and what has been computed is signed; or this run has failed. */
  async stored(): Promise<void> {
    await this.#saving.ended();
    await this.#witness?.signed();
  }

  /** Frees the device. Whoever waits inside this run stops waiting. */
  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#stop();
    this.#grants.end();
    this.#copying.end();
    this.#tools.uploader.drop(this.#plan.id);
    this.#settled.end();
    await this.#shard?.close().catch(() => {});
  }

  #needs(peer: PeerId): boolean {
    switch (this.#phase) {
      case 'loading':
        return this.#exchangesWith(peer) || this.#givers.has(peer);
      case 'computing':
        return this.#exchangesWith(peer);
      case 'over':
        return false;
    }
  }

  /** A shadow hears the peers of the shards around it, and tells nobody; their own shadows hear the shard's peer. */
  #exchangesWith(peer: PeerId): boolean {
    const { isShadow: aside } = this;
    return holdersIn(this.#plan).some(
      (holder) =>
        holder.peer === peer && this.#neighbours.has(holder.shard) && !(aside && isShadow(this.#plan, peer)),
    );
  }

  #takeOver(owed: Owed): void {
    try {
      this.#saving.takeOver(owed);
      void this.#halos?.takeOver();
    } catch (error) {
      this.#fail(error);
    }
  }

  #open(): EngineShard {
    if (!this.#shard || this.#ended) throw new LinkError('the plan has ended');
    return this.#shard;
  }

  /** Resolves when the shard holds the state that the plan starts from. */
  async #load(): Promise<Advancing> {
    const [job, plan, box] = [this.#job, this.plan, this.#box];
    const probes = new ProbeLog(job, box);
    const tools = { ...this.#tools, objects: this.#objects(), partners: this.#partners, probes };
    const opened = await openShard(tools, job, plan, box);
    const { shard, sources } = opened;
    if (this.#ended) {
      await shard.close();
      throw new LinkError('the plan has ended');
    }
    this.#shard = shard;
    const partners = holdersIn(plan)
      .map(({ peer }) => peer)
      .filter((peer) => this.#exchangesWith(peer));
    await this.#partners.connect([...partners, ...this.#givers]);
    await fillShard(tools, job, plan, box, opened);
    this.#witness = this.#witnessOf(shard);
    const { now } = this.#tools;
    const witness = this.#witness;
    const common = { plan, job, box, shard, probes, tally: this.#tally, now };
    this.#halos = new Halos({
      ...common,
      ...(witness && plan.signed === 'spans' && { witness }),
      self: this.#tools.self,
      plan: () => this.#plan,
      index: this.#index,
      exchange: this.#exchange,
      partners: new Partners({ ...this.#tools, onFailure: (error, peer) => this.#unsent(error, peer) }),
      onFailure: (error) => this.#unsent(error),
    });
    return new Advancing({
      ...common,
      ...(witness && { witness }),
      stepping: new Stepping({ ...common, sources, exchangeEvery: plan.exchangeEvery }),
      halos: this.#halos,
      isShadow: () => this.isShadow,
      grants: this.#grants,
      linkNews: new LinkNews(() => this.#tools.links.ways()),
      saving: this.#saving,
      copying: this.#copying,
      settled: this.#settled,
      onlookers: this.#tools.onlookers,
      send: this.#tools.send,
      onStep: (step) => {
        this.#step = step;
        this.#tools.onStep(step);
      },
      onDiverged: (error) => this.#fail(error),
    });
  }

  #witnessOf(shard: EngineShard): Witness | undefined {
    const { identity, send } = this.#tools;
    if (!identity || !this.#plan.signed) return undefined;
    return new Witness({
      identity,
      job: this.#job,
      plan: this.plan,
      index: this.#index,
      exchange: signedHalosOf(this.#job, this.#plan, this.#index),
      shard,
      send,
      onFailure: (error) => this.#fail(error),
    });
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

  /** The store fails, and is asked again. */
  #held(reason: string): void {
    if (this.#ended) throw new PlanEndedError(this.#plan.id);
    this.#tools.send({ type: 'held', plan: this.#plan.id, reason: reason.slice(0, 500) });
  }

  /** Halos could not be sent. A shard that needs them no longer needs no fault found with whom they were for. */
  #unsent(error: unknown, peer?: PeerId): void {
    if (this.#phase !== 'computing') return;
    if (peer === undefined) this.#fail(error);
    else this.#unreachable(error, peer);
  }

  /** The coordinator has to be told of a peer: the run waits to hear who computes in its place, or has failed. */
  #unreachable(error: unknown, peer: PeerId): void {
    const hasRetired = !holdersIn(this.#plan).some((holder) => holder.peer === peer);
    if (this.#phase === 'computing' && hasRetired) return;
    const isNeeded = this.#phase === 'loading' || planWithout(this.#plan, peer) === undefined;
    if (isNeeded) return this.#fail(error, peer);
    if (this.#ended || this.#missed.has(peer)) return;
    this.#missed.add(peer);
    this.#tools.send({ type: 'missed', plan: this.#plan.id, peer, reason: reasonOf(error) });
  }

  /** Tells the coordinator, once, unless the run has ended already: then failures are its echo. */
  #fail(error: unknown, peer?: PeerId): void {
    if (this.#ended) return;
    if (error instanceof DivergedError && this.#witness) return this.#diverged(error);
    this.#tools.send(this.#complaint(error, peer));
    void this.end();
  }

  /**
   * Where all is signed, it goes on: it may have been somebody's doing, and only what all have signed for is looked into. What its shard's peer
   * says counts, and a shadow says nothing.
   */
  #diverged(error: DivergedError): void {
    if (this.#hasDiverged || this.isShadow) return;
    this.#hasDiverged = true;
    this.#tools.send(this.#complaint(error, undefined));
  }

  #complaint(error: unknown, peer: PeerId | undefined): Said {
    const plan = this.#plan.id;
    if (error instanceof DivergedError)
      return { type: 'diverged', plan, step: error.step, state: error.state };
    const object = error instanceof NotAsSealedError ? error.key : undefined;
    return {
      type: 'failed',
      plan,
      reason: reasonOf(error),
      ...(peer && { peer }),
      ...(object && { object }),
    };
  }
}

const reasonOf = (error: unknown) =>
  (error instanceof GroundswellError ? error.message : String(error)).slice(0, 500);
