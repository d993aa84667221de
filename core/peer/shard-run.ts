import type { Engine, EngineShard, Update } from '../../shaders/engine.js';
import { DivergedError, GroundswellError, LinkError, PlanEndedError } from '../errors.js';
import { cellCount } from '../grid/box.js';
import { updateBoxes } from '../grid/deep.js';
import { withGhosts } from '../grid/ghosts.js';
import { frameOf } from '../grid/halo.js';
import { transfers } from '../grid/transfer.js';
import type { Job } from '../job/job.js';
import { type Snapshot, snapshotsOf } from '../job/snapshots.js';
import type { Links } from '../links/links.js';
import type { LinkMessage } from '../links/messages.js';
import type { CheckpointOrder } from '../protocol/messages.js';
import type { PeerId, Plan } from '../protocol/plan.js';
import type { Said } from '../protocol/session.js';
import type { BrickMemory } from './brick-memory.js';
import { type Exchange, planExchange, readParcels } from './exchange.js';
import { Grants } from './grants.js';
import type { Expected, Inbox } from './inbox.js';
import { loadCheckpoint, loadInitial, stateParts } from './load.js';
import type { Objects } from './objects.js';
import { persistently } from './persistently.js';
import { ProbeLog } from './probe-log.js';
import { Saving } from './saving.js';
import { type FedSource, loadMedia, mediaSpec, sourcesIn } from './surroundings.js';
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

/**
 * One peer's shard under one plan: loads it, advances it as far as granted, exchanges halos, stores snapshots
 * and checkpoints, and hands it to the owners under the next plan.
 */
export class ShardRun {
  readonly plan: Plan;
  readonly #tools: RunTools;
  readonly #job: Job;
  readonly #index: number;
  readonly #grants: Grants;
  readonly #exchange: Exchange;
  readonly #snapshots: ReadonlyMap<number, readonly Snapshot[]>;
  readonly #probes: ProbeLog;
  readonly #neighbours: ReadonlySet<PeerId>;
  readonly #saving: Saving;
  readonly #arrivals: {
    readonly step: number;
    readonly resolve: () => void;
    readonly reject: (error: Error) => void;
  }[] = [];
  #shard: EngineShard | undefined;
  #sources: readonly FedSource[] = [];
  #step: number;
  /** The last epoch's end, or the start once it is loaded: where the state is whole and can be handed over. */
  #settled: number | undefined;
  #phase: 'loading' | 'computing' | 'over' = 'loading';
  #ended = false;
  #epoch = emptyEpoch();

  constructor(tools: RunTools, job: Job, plan: Plan, index: number) {
    this.plan = plan;
    this.#tools = tools;
    this.#job = job;
    this.#index = index;
    this.#step = plan.from;
    this.#grants = new Grants(plan.from);
    this.#exchange = planExchange(job, plan, index);
    this.#snapshots = snapshotsOf(job);
    this.#probes = new ProbeLog(job, this.#box);
    this.#saving = new Saving({ ...tools, onFailure: (error) => this.#fail(error) }, job, plan, this.#box);
    const { incoming, outgoing } = this.#exchange;
    this.#neighbours = new Set([...incoming, ...outgoing].map(({ shard }) => this.#peerOf(shard)));
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
      await this.#load();
      this.#phase = 'computing';
      this.#settle();
      this.#tools.send({ type: 'ready', plan: this.plan.id });
      while (this.#step < this.#job.steps) {
        await this.#grants.beyond(this.#step);
        await this.#advanceTo(Math.min(this.#grants.until, this.#job.steps));
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
      await this.#reached(next.from);
      this.#phase = 'over';
      const boxes = next.shards.map(({ box }) => box);
      for (const { to, box } of transfers([this.#box], boxes)) {
        const owner = next.shards[to]?.peer as PeerId;
        for (const [part, slab] of stateParts(this.#job, box).entries()) {
          const cells = await this.#open().read([slab]);
          await this.#deliver(owner, { type: 'state', plan: next.id, from: this.#index, to, part, cells });
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
    for (const { reject } of this.#arrivals) reject(new LinkError('the plan has ended'));
    await this.#shard?.close().catch(() => {});
  }

  #needs(peer: PeerId): boolean {
    switch (this.#phase) {
      case 'loading':
        return this.#neighbours.has(peer) || this.#givers().some((giver) => giver.peer === peer);
      case 'computing':
        return this.#neighbours.has(peer);
      case 'over':
        return false;
    }
  }

  get #box() {
    const shard = this.plan.shards[this.#index];
    if (!shard) throw new RangeError(`plan ${this.plan.id} has no shard ${this.#index}`);
    return shard.box;
  }

  #peerOf(shard: number): PeerId {
    return this.plan.shards[shard]?.peer as PeerId;
  }

  #open(): EngineShard {
    if (!this.#shard || this.#ended) throw new LinkError('the plan has ended');
    return this.#shard;
  }

  /** Who holds parts of this shard under the plan before. */
  #givers() {
    const { source } = this.plan;
    if (source.kind !== 'transfer') return [];
    const before = source.shards.map(({ box }) => box);
    return transfers(before, [this.#box]).map(({ from, box }) => ({
      peer: source.shards[from]?.peer as PeerId,
      box,
    }));
  }

  async #load(): Promise<void> {
    const { engine, pause } = this.#tools;
    const objects = {
      get: (key: string) =>
        persistently(() => this.#tools.objects.get(key), {
          tries: Number.POSITIVE_INFINITY,
          pause,
          onFailure: ({ message }) => this.#held(message),
        }),
    };
    const job = this.#job;
    const { radius } = job.model.model;
    const held = frameOf(job.grid, this.#box, this.plan.exchangeEvery * radius);
    this.#sources = await sourcesIn(job, this.plan.job, held, objects);
    const shard = await engine.createShard({
      model: job.model,
      components: job.components.length,
      dimensions: job.grid.dimensions,
      frame: withGhosts(job.grid, job.mirrors, held, radius),
      domain: held,
      media: mediaSpec(job),
      sources: this.#sources.map(({ component, field, box }) => ({ component, field, box })),
      constants: job.constants,
      probes: this.#probes.points,
    });
    if (this.#ended) {
      await shard.close();
      throw new LinkError('the plan has ended');
    }
    this.#shard = shard;
    const partners = new Set([...this.#neighbours, ...this.#givers().map(({ peer }) => peer)]);
    partners.delete(this.#tools.self);
    await Promise.all([...partners].map((peer) => this.#linkTo(peer)));
    await loadMedia(job, this.plan.job, held, shard, objects);
    switch (this.plan.source.kind) {
      case 'initial':
        return loadInitial(job, this.plan.job, this.#box, shard, objects);
      case 'checkpoint':
        this.#tools.memory.keep(
          await loadCheckpoint(job, this.plan.job, this.plan.source.seal, this.#box, shard, objects),
        );
        return;
      case 'transfer':
        for (const { peer, box } of this.#givers()) {
          for (const [part, slab] of stateParts(job, box).entries()) {
            const expected = { kind: 'state', sender: peer, plan: this.plan.id, part } as const;
            await this.#open().write([slab], await this.#take(expected, cellCount(slab.box)));
          }
        }
    }
  }

  #linkTo(peer: PeerId) {
    return this.#with(peer, () => this.#tools.links.to(peer));
  }

  /** Waits for what another peer sends; it is of `count` cells. */
  async #take(expected: Expected, count: number): Promise<Float32Array> {
    const cells = await this.#tools.inbox.take(expected);
    return this.#with(expected.sender, async () => {
      if (cells.length === count) return cells;
      throw new LinkError(`${expected.sender} sent ${cells.length} cells where ${count} were due`);
    });
  }

  /** Where work with another peer fails, the coordinator is told which: else it is we who are left out for it. */
  async #with<T>(peer: PeerId, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#fail(error, peer);
      throw error;
    }
  }

  async #advanceTo(until: number): Promise<void> {
    const { exchangeEvery, epoch, from } = this.plan;
    while (this.#step < until) {
      await this.#exchangeHalos();
      await this.#advance(Math.min(exchangeEvery, until - this.#step));
      this.#tools.onStep(this.#step);
      if ((this.#step - from) % epoch === 0 || this.#step === this.#job.steps) await this.#endEpoch();
    }
  }

  async #exchangeHalos(): Promise<void> {
    const { outgoing, incoming, own } = this.#exchange;
    const started = this.#tools.now();
    const shard = this.#open();
    const [parcels, ownCells] = await Promise.all([readParcels(shard, outgoing), shard.read(own.source)]);
    const sent = outgoing.map((parcel, i) =>
      this.#deliver(this.#peerOf(parcel.shard), {
        type: 'halo',
        from: this.#index,
        plan: this.plan.id,
        step: this.#step,
        cells: parcels[i] as Float32Array,
      }),
    );
    const received = incoming.map(async ({ shard: other, slabs, cells: expected }) => {
      const sender = this.#peerOf(other);
      const cells = await this.#take(
        { kind: 'halo', sender, plan: this.plan.id, step: this.#step },
        expected,
      );
      await this.#open().write(slabs, cells);
    });
    const copied = own.source.length > 0 ? [shard.write(own.target, ownCells)] : [];
    // All at once: one that failed while another was awaited would be an unhandled rejection.
    await Promise.all([...sent, ...received, ...copied]);
    this.#epoch.wait += this.#tools.now() - started;
  }

  /** Sends over the link; what is for ourselves goes straight to the inbox. */
  async #deliver(peer: PeerId, message: LinkMessage): Promise<void> {
    if (peer === this.#tools.self) return this.#tools.inbox.deliver(peer, message);
    const link = await this.#linkTo(peer);
    if (message.type === 'halo') this.#epoch[link.stats().path] += message.cells.byteLength;
    await this.#with(peer, () => link.send(message));
  }

  /** Up to `exchangeEvery` steps without a halo, in pieces that end where a snapshot is due. */
  async #advance(steps: number): Promise<void> {
    const { grid, updatable, model, dt } = this.#job;
    const boxes = updateBoxes(this.#box, updatable, steps, model.model.radius, grid.dimensions);
    let updates: Update[] = [];
    for (let i = 0; i < steps; i++) {
      const time = this.#step * dt;
      const amplitudes = this.#sources.map(({ amplitude }) => amplitude(this.#step));
      this.#step += 1;
      const box = boxes[i];
      if (box) updates.push({ box, time, amplitudes });
      else this.#probes.skip(this.#step);
      const due = this.#snapshots.get(this.#step);
      if (due || i === steps - 1) {
        await this.#compute(updates);
        updates = [];
      }
      if (due) await this.#saving.snapshot(this.#open(), this.#step, due);
    }
  }

  async #compute(updates: readonly Update[]): Promise<void> {
    if (updates.length === 0) return;
    const { samples, seconds } = await this.#open().advance(updates);
    this.#epoch.compute += seconds;
    this.#probes.add(this.#step - updates.length + 1, samples);
  }

  async #endEpoch(): Promise<void> {
    const { from, epoch, id } = this.plan;
    const steps = (this.#step - from) % epoch || epoch;
    const diverged = this.#probes.divergence;
    const batches = this.#probes.take();
    const last = batches.pop() ?? [];
    // Reported as of the step before: the epoch counts as done with the last of its samples.
    for (const probes of batches)
      this.#tools.send({ type: 'epoch', plan: id, step: this.#settled ?? from, ...NOTHING_DONE, probes });
    this.#tools.send({
      type: 'epoch',
      plan: id,
      step: this.#step,
      computeSeconds: this.#epoch.compute,
      waitSeconds: this.#epoch.wait,
      cellUpdates: steps * cellCount(this.#box) * this.#job.components.length,
      haloBytesDirect: this.#epoch.direct,
      haloBytesRelayed: this.#epoch.relay,
      probes: last,
    });
    this.#epoch = emptyEpoch();
    if (diverged) throw diverged;
    const checkpoint = this.#grants.checkpointAt(this.#step);
    if (checkpoint) await this.#saving.checkpoint(this.#open(), checkpoint);
    this.#settle();
  }

  #settle(): void {
    this.#settled = this.#step;
    for (const arrival of this.#arrivals) if (arrival.step <= this.#settled) arrival.resolve();
  }

  async #reached(step: number): Promise<void> {
    if (this.#settled !== undefined && this.#settled >= step) return;
    if (this.#ended) throw new LinkError('the plan has ended');
    await new Promise<void>((resolve, reject) => this.#arrivals.push({ step, resolve, reject }));
  }

  /** The store fails, and is asked again. */
  #held(reason: string): void {
    if (this.#ended) throw new PlanEndedError(this.plan.id);
    this.#tools.send({ type: 'held', plan: this.plan.id, reason: reason.slice(0, 500) });
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

const NOTHING_DONE = {
  computeSeconds: 0,
  waitSeconds: 0,
  cellUpdates: 0,
  haloBytesDirect: 0,
  haloBytesRelayed: 0,
} as const;

/** Seconds computing and waiting, and halo bytes by path, since the last report. */
const emptyEpoch = () => ({ compute: 0, wait: 0, direct: 0, relay: 0 });
