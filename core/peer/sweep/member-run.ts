import { boxOfShape } from '../../grid/box.js';
import type { Job } from '../../job/job.js';
import { snapshotsOf } from '../../job/snapshots.js';
import { inputPrefix } from '../../protocol/keys.js';
import type { Plan } from '../../protocol/plan.js';
import type { Said } from '../../protocol/session.js';
import { BrickMemory } from '../brick-memory.js';
import { Copies } from '../copy.js';
import { Inbox } from '../inbox.js';
import type { Objects, Upload } from '../objects.js';
import { type RunTools, ShardRun } from '../shard-run.js';
import type { Uploader } from '../uploader.js';
import type { MemberWork } from './member-work.js';
import { ProbeChunks } from './probe-chunks.js';
import { watchedEngine } from './watched-engine.js';

export interface MemberTools extends Pick<RunTools, 'self' | 'engine' | 'links' | 'now' | 'pause'> {
  readonly objects: Objects;
  readonly upload: (uploads: readonly Upload[]) => Promise<void>;
  /** The store fails, and is asked again. */
  readonly onHeld: (reason: string) => void;
}

/** What became of a member. `final`: it would fail anywhere. */
export type Outcome =
  | { readonly kind: 'done'; readonly computeSeconds: number; readonly cellUpdates: number }
  | { readonly kind: 'failed'; readonly reason: string; readonly final: boolean }
  /** It was ended from outside. */
  | { readonly kind: 'left' };

/** The plan that a member runs under is known to nobody else. */
const PLAN = 1;
/** Nobody is to be exchanged with: so many steps may be asked of the engine at once. */
const STEPS_AT_ONCE = 64;
/** A periodic axis is its own neighbour, and cells beyond its ends are computed twice. */
const STEPS_AROUND = 4;
/** A field that is no longer finite is noticed after so many steps. */
const STEPS_OF_EPOCH = 1024;

/** One whole member on this device: a run of one shard that asks the coordinator for nothing but addresses. */
export class MemberRun {
  /**
   * Resolves when its steps are made, or it has failed: the device has time for others. What is still to be read waits behind
   * what the device has been given meanwhile.
   */
  readonly computed: Promise<void>;
  /** Resolves when all that it owes is in the store. */
  readonly over: Promise<Outcome>;
  readonly #tools: MemberTools;
  readonly #work: MemberWork;
  readonly #run: ShardRun;
  readonly #probes: ProbeChunks;
  #stepsMade = 0;
  #stored = 0;
  #computeSeconds = 0;
  #cellUpdates = 0;
  #failure: Outcome | undefined;
  #left = false;

  constructor(tools: MemberTools, work: MemberWork) {
    this.#tools = tools;
    this.#work = work;
    this.#probes = new ProbeChunks(work);
    const { job, id } = work;
    let allMade = () => {};
    const made = new Promise<void>((resolve) => {
      allMade = resolve;
    });
    const engine = watchedEngine(tools.engine, (steps) => {
      this.#stepsMade += steps;
      if (this.#stepsMade >= job.steps) allMade();
    });
    this.#run = new ShardRun({ ...this.#runTools(), engine }, job, planFor(id, job, tools.self), 0);
    this.#run.grant(job.steps, {});
    const ran = this.#run.run();
    this.computed = Promise.race([made, ran]);
    this.over = this.#finish(ran);
  }

  /** Stops at once; `over` resolves to `left` where it was not over yet. */
  end(): void {
    this.#left = true;
    void this.#run.end();
  }

  async #finish(ran: Promise<void>): Promise<Outcome> {
    await ran;
    await this.#run.stored();
    const owed = snapshotsOf(this.#work.job).size;
    try {
      if (this.#stored === owed) await this.#tools.upload(this.#probes.uploads());
    } catch (error) {
      this.#failure ??= { kind: 'failed', reason: String(error), final: false };
    }
    await this.#run.end();
    if (this.#left) return { kind: 'left' };
    if (this.#failure) return this.#failure;
    if (this.#stored < owed) return { kind: 'failed', reason: 'not all of it was stored', final: false };
    return { kind: 'done', computeSeconds: this.#computeSeconds, cellUpdates: this.#cellUpdates };
  }

  #runTools(): RunTools {
    const { self, engine, links, now, pause, upload } = this.#tools;
    const uploader: Pick<Uploader, 'upload' | 'drop'> = {
      upload: (_plan, uploads) => upload(uploads),
      // Only the sweep's end ends what is under way to the store.
      drop: () => {},
    };
    return {
      ...{ self, engine, links, now, pause, uploader },
      objects: this.#objects(),
      inbox: new Inbox(),
      memory: new BrickMemory(),
      copies: new Copies(),
      send: (message) => this.#said(message),
      onStep: () => {},
    };
  }

  #objects(): Objects {
    const { objects } = this.#tools;
    const [own, shared] = [inputPrefix(this.#work.id), inputPrefix(this.#work.inputs)];
    return {
      get: (key) => objects.get(key.startsWith(own) ? shared + key.slice(own.length) : key),
      put: (url, bytes, checksums) => objects.put(url, bytes, checksums),
      show: (url, bytes) => objects.show(url, bytes),
      take: (url) => objects.take(url),
    };
  }

  /** What a shard would tell the coordinator of its plan. */
  #said(message: Said): void {
    switch (message.type) {
      case 'epoch':
        this.#computeSeconds += message.computeSeconds;
        this.#cellUpdates += message.cellUpdates;
        return this.#probes.add(message.probes);
      case 'stored':
        this.#stored += 1;
        return;
      case 'held':
        return this.#tools.onHeld(message.reason);
      case 'failed':
        this.#failure ??= { kind: 'failed', reason: message.reason, final: false };
        return;
      case 'diverged': {
        const reason = `diverged: ${message.state} is not finite after step ${message.step}`;
        this.#failure ??= { kind: 'failed', reason, final: true };
        return;
      }
      default:
        return;
    }
  }
}

function planFor(id: string, { grid, run }: Job, self: RunTools['self']): Plan {
  const around = Math.min(STEPS_AROUND, run.longestEpoch);
  const exchangeEvery = run.exchangeEvery ?? (grid.periodic.includes(true) ? around : STEPS_AT_ONCE);
  return {
    id: PLAN,
    job: id,
    from: 0,
    source: { kind: 'initial' },
    exchangeEvery,
    epoch: exchangeEvery * Math.max(1, Math.floor(STEPS_OF_EPOCH / exchangeEvery)),
    shards: [{ peer: self, box: boxOfShape(grid.shape) }],
  };
}
