import type { Engine } from '../../shaders/engine.js';
import { GroundswellError, LinkError, ProtocolError } from '../errors.js';
import { checkJob } from '../job/check.js';
import type { Job } from '../job/job.js';
import type { Links } from '../links/links.js';
import type { LinkMessage } from '../links/messages.js';
import type { RoomJob } from '../protocol/document.js';
import { holdersIn } from '../protocol/holders.js';
import type { ToPeer } from '../protocol/messages.js';
import type { PeerId, Plan } from '../protocol/plan.js';
import type { Said } from '../protocol/session.js';
import { Onlookers } from '../watch/onlookers.js';
import type { Identity } from '../witness/witness.js';
import { BrickMemory } from './brick-memory.js';
import { Copies } from './copy.js';
import { giveCopies } from './give-copies.js';
import { Inbox } from './inbox.js';
import { Inspecting } from './inspecting.js';
import type { Objects } from './objects.js';
import { Partners } from './partners.js';
import { ShardRun } from './shard-run.js';
import { Showing } from './showing.js';
import { type SweepStatus, SweepWork } from './sweep/sweep-work.js';
import { Uploader } from './uploader.js';

export interface PeerTools {
  readonly self: PeerId;
  readonly engine: Engine;
  /** Whether the engine leaves a core of the processor: see Onlookers. */
  readonly sparesCore?: boolean;
  readonly links: Links;
  readonly objects: Objects;
  /** Where this device signs what it computes. */
  readonly identity?: Identity;
  readonly send: (message: Said) => void;
  /** Seconds, from any start. */
  readonly now: () => number;
  readonly pause: (milliseconds: number) => Promise<void>;
  /** What it does has changed: a new shard, another step. */
  readonly onChange: (status: PeerStatus) => void;
}

/** What a peer does now. */
export type PeerStatus =
  | { readonly doing: 'waiting' }
  | ({ readonly doing: 'members' } & SweepStatus)
  | {
      readonly doing: 'computing';
      readonly job: Job;
      readonly plan: Plan;
      readonly shard: number;
      readonly step: number;
    };

/** A device's part in a room: follows the coordinator's plans, with one shard of each. */
export class Peer {
  readonly #tools: PeerTools;
  readonly #inbox = new Inbox();
  readonly #uploader: Uploader;
  readonly #showing: Showing;
  readonly #inspecting: Inspecting;
  readonly #onlookers: Onlookers;
  readonly #sweeps: SweepWork;
  #roomJob: RoomJob | undefined;
  #memory = new BrickMemory();
  readonly #copies = new Copies();
  /** By plan, oldest first. While a plan is taken over from the one before, both run. */
  readonly #runs = new Map<number, ShardRun>();
  readonly #background = new Set<Promise<void>>();
  #job: { readonly id: string; readonly job: Job } | undefined;
  #planId = 0;

  constructor(tools: PeerTools) {
    this.#tools = tools;
    this.#uploader = new Uploader({ ...tools, sha256: tools.identity?.sha256 });
    this.#showing = new Showing(tools);
    this.#inspecting = new Inspecting(tools);
    this.#onlookers = new Onlookers(tools);
    this.#sweeps = new SweepWork({
      ...tools,
      uploader: this.#uploader,
      onChange: (status) => tools.onChange(status ? { doing: 'members', ...status } : { doing: 'waiting' }),
    });
  }

  /** The room's document has changed. Throws JobError where the job is not one that we can run. */
  follow(roomJob: RoomJob | undefined, plan: Plan | undefined): void {
    this.#roomJob = roomJob;
    this.#sweeps.follow(roomJob);
    if (!plan || roomJob?.id !== plan.job || roomJob.state !== 'running') return this.#rest();
    if (this.#job?.id !== roomJob.id) {
      this.#rest();
      this.#job = { id: roomJob.id, job: checkJob(roomJob.file) };
    }
    if (plan.id > this.#planId) this.#begin(this.#job.job, plan);
  }

  /** A message of the coordinator about the run. Throws JobError where the job is not one that we can run. */
  heard(message: ToPeer): void {
    switch (message.type) {
      case 'grant':
        this.#runs.get(message.plan)?.grant(message.until, message);
        break;
      case 'retired':
        this.#retired(message);
        break;
      case 'members':
        this.#sweeps.assign(message, this.#roomJob);
        break;
      case 'addresses':
        this.#uploader.answered(message);
        break;
      case 'show':
        this.#keep(this.#showing.show(message));
        break;
      case 'trace':
        this.#keep(this.#showing.trace(message));
        break;
      case 'bricks':
        this.#keep(this.#showing.bricks(message));
        break;
      case 'inspect':
        this.#keep(this.#inspecting.inspect(message, this.#roomJob));
        break;
      case 'ping':
        this.#tools.send({
          type: 'pong',
          step: this.#newest?.step ?? 0,
          busy: this.#newest?.isBusy ?? false,
        });
        break;
    }
  }

  /** A message of another peer. Throws ProtocolError where it asks too much of us. */
  arrived(sender: PeerId, message: LinkMessage): void {
    switch (message.type) {
      case 'halo':
      case 'state':
        return this.#inbox.deliver(sender, message);
      case 'copy':
      case 'copy-taken':
        return this.#runs.get(message.plan)?.copyArrived(sender, message);
      case 'look':
        return this.#onlookers.heard(sender, message);
      case 'slice':
        throw new ProtocolError('a slice came to a peer that looks at nothing');
    }
  }

  /** Who is in the room has changed. */
  keepOnly(present: { has(peer: PeerId): boolean }): void {
    this.#onlookers.keepOnly(present);
  }

  /** The link to another peer is gone. */
  lost(peer: PeerId, reason: string): void {
    this.#onlookers.lost(peer);
    for (const run of this.#runs.values()) run.lost(peer, reason);
  }

  /** Stops at once; resolves when the device is free. */
  async close(): Promise<void> {
    this.#rest();
    this.#inspecting.end();
    await this.#sweeps.close();
    await Promise.all(this.#background);
  }

  get #newest(): ShardRun | undefined {
    return [...this.#runs.values()].at(-1);
  }

  #begin(job: Job, plan: Plan): void {
    // Runs of plans before that are handed over already; they only store what they owe.
    const before = this.#runs.get(this.#planId);
    this.#planId = plan.id;
    if (plan.source.kind !== 'transfer') {
      this.#inbox.dropBefore(plan.id);
      this.#memory = new BrickMemory();
      for (const run of [...this.#runs.values()]) this.#end(run);
    }
    const own = holdersIn(plan).find(({ peer }) => peer === this.#tools.self);
    if (own) this.#start(job, plan, own.shard);
    else this.#tools.onChange({ doing: 'waiting' });
    if (plan.source.kind === 'transfer' && before) this.#keep(this.#handOver(before, plan));
    if (plan.source.kind === 'copies') this.#keep(this.#giveCopies(job, plan));
    else if (plan.source.kind !== 'transfer') this.#copies.clear();
  }

  #start(job: Job, plan: Plan, shard: number): void {
    const onStep = (step: number) => this.#tools.onChange({ doing: 'computing', job, plan, shard, step });
    const run = new ShardRun(
      {
        ...this.#tools,
        inbox: this.#inbox,
        uploader: this.#uploader,
        onlookers: this.#onlookers,
        memory: this.#memory,
        copies: this.#copies,
        onStep,
      },
      job,
      plan,
      shard,
    );
    this.#runs.set(plan.id, run);
    this.#showing.follow(run);
    onStep(plan.from);
    this.#keep(run.run());
  }

  /** This peer is wanted for a plan no more, or another is not. */
  #retired({ plan, peer, owed }: Extract<ToPeer, { type: 'retired' }>): void {
    const run = this.#runs.get(plan);
    if (!run) return;
    if (peer !== this.#tools.self) return run.retired(peer, owed);
    this.#end(run);
    this.#tools.onChange({ doing: 'waiting' });
  }

  async #handOver(run: ShardRun, next: Plan): Promise<void> {
    await run.handOver(next);
    await run.stored();
    this.#end(run);
  }

  /** What others can't be given, they wait for in vain: the run goes back again. */
  async #giveCopies(job: Job, plan: Plan): Promise<void> {
    const { self, send } = this.#tools;
    const fail = (error: unknown, peer?: PeerId) => {
      if (this.#planId !== plan.id) return;
      const reason = error instanceof GroundswellError ? error.message : String(error);
      send({ type: 'failed', plan: plan.id, reason: reason.slice(0, 500), ...(peer && { peer }) });
    };
    const partners = new Partners({ ...this.#tools, inbox: this.#inbox, onFailure: fail });
    try {
      await giveCopies(self, this.#copies, partners, job, plan);
    } catch (error) {
      // Links have told of their failures already.
      if (!(error instanceof LinkError)) fail(error);
    }
  }

  #rest(): void {
    this.#job = undefined;
    this.#copies.clear();
    this.#memory = new BrickMemory();
    this.#showing.clear();
    this.#inbox.dropBefore(this.#planId + 1);
    const runs = [...this.#runs.values()];
    for (const run of runs) this.#end(run);
    if (runs.length > 0) this.#tools.onChange({ doing: 'waiting' });
  }

  #end(run: ShardRun): void {
    this.#runs.delete(run.plan.id);
    this.#keep(run.end());
  }

  /** Owns what goes on by itself, so that `close` can wait for it. None of it rejects. */
  #keep(work: Promise<void>): void {
    const kept = work.finally(() => this.#background.delete(kept));
    this.#background.add(kept);
  }
}
