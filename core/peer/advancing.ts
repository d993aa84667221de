import type { EngineShard } from '../../shaders/engine.js';
import { type Box, cellCount } from '../grid/box.js';
import type { Job } from '../job/job.js';
import { type Snapshot, snapshotsOf } from '../job/snapshots.js';
import type { Plan } from '../protocol/plan.js';
import type { Said } from '../protocol/session.js';
import type { Onlookers } from '../watch/onlookers.js';
import type { Witness } from '../witness/witness.js';
import type { Copying } from './copying.js';
import type { EpochTally } from './epoch-tally.js';
import type { Grants } from './grants.js';
import type { Halos } from './halos.js';
import type { LinkNews } from './link-news.js';
import type { ProbeLog } from './probe-log.js';
import type { Saving } from './saving.js';
import type { Settled } from './settled.js';
import type { Stepping } from './stepping.js';

export interface AdvancingTools {
  readonly plan: Plan;
  readonly job: Job;
  readonly box: Box;
  readonly shard: EngineShard;
  readonly grants: Grants;
  readonly stepping: Stepping;
  readonly halos: Halos;
  readonly probes: ProbeLog;
  readonly saving: Saving;
  readonly copying: Copying;
  readonly settled: Settled;
  /** Where this peer signs for its shard. */
  readonly witness?: Witness;
  readonly tally: EpochTally;
  readonly linkNews: LinkNews;
  readonly onlookers: Onlookers | undefined;
  /** Whether another peer answers for the shard. */
  readonly isShadow: () => boolean;
  readonly send: (message: Said) => void;
  readonly onStep: (step: number) => void;
}

/** Takes a loaded shard through its steps: exchange after exchange, epoch after epoch, with the snapshots that are due. */
export class Advancing {
  readonly #tools: AdvancingTools;
  readonly #snapshots: ReadonlyMap<number, readonly Snapshot[]>;
  #step: number;

  constructor(tools: AdvancingTools) {
    this.#tools = tools;
    this.#snapshots = snapshotsOf(tools.job);
    this.#step = tools.plan.from;
  }

  /** Makes all steps of the job, as they are granted. Throws what goes wrong: LinkError, EngineError, DivergedError. */
  async run(): Promise<void> {
    const { job, grants } = this.#tools;
    while (this.#step < job.steps) {
      await grants.beyond(this.#step);
      await this.#advanceTo(this.#granted);
    }
  }

  get #granted(): number {
    const { job, grants } = this.#tools;
    return Math.min(grants.until, job.steps);
  }

  /**
   * The engine is asked for the next steps as soon as their halos are there, whether or not it has made those before: it never
   * waits for us. It is waited for only where the whole state is read.
   */
  async #advanceTo(until: number): Promise<void> {
    const { plan, job, halos, tally } = this.#tools;
    tally.granted();
    let before: Promise<unknown> = Promise.resolve();
    for (let from = this.#step; from < until; ) {
      const to = Math.min(from + plan.exchangeEvery, until);
      const { taken } = await halos.receive(from);
      const made = Promise.all([taken, this.#make(from, to)]);
      // Awaited below; it may fail earlier.
      made.catch(() => undefined);
      await before;
      before = made;
      const ends = (to - plan.from) % plan.epoch === 0 || to === job.steps;
      if (ends || this.#due(from, to).length > 0) await made;
      if (ends) await this.#endEpoch();
      from = to;
    }
    await before;
  }

  /** Makes the steps from one exchange to the next, and the snapshots that are due. */
  async #make(from: number, to: number): Promise<void> {
    const { plan, shard, stepping, halos, saving, witness, onlookers, onStep } = this.#tools;
    let at = from;
    for (const stop of new Set([...this.#due(from, to), to])) {
      const whole = stop - at === plan.exchangeEvery;
      const made =
        whole && to < this.#granted
          ? stepping.advanceToExchange(at, () => halos.send(to))
          : stepping.advance(at, stop, to);
      // Now, while the engine has been asked for nothing beyond.
      if (stop === to) onlookers?.passed(this.#tools, from, to);
      await made;
      const snapshots = this.#snapshots.get(stop);
      if (snapshots) {
        const cells = await saving.snapshot(shard, stop, snapshots);
        witness?.snapshot(stop, cells);
      }
      at = stop;
    }
    this.#step = to;
    onStep(to);
  }

  /** The steps after `from`, up to `to`, at which snapshots are due. */
  #due(from: number, to: number): number[] {
    const steps = Array.from({ length: to - from }, (_, i) => from + 1 + i);
    return steps.filter((step) => this.#snapshots.has(step));
  }

  async #endEpoch(): Promise<void> {
    const {
      plan,
      job,
      box,
      shard,
      grants,
      probes,
      saving,
      copying,
      settled,
      tally,
      linkNews,
      witness,
      isShadow,
      send,
    } = this.#tools;
    const step = this.#step;
    const steps = (step - plan.from) % plan.epoch || plan.epoch;
    const diverged = probes.divergence;
    const messages = tally.report({
      plan: plan.id,
      step,
      before: settled.step ?? plan.from,
      cellUpdates: steps * cellCount(box) * job.components.length,
      probes: probes.take(),
      links: linkNews.take(),
    });
    for (const message of messages) send(message);
    if (diverged) throw diverged;
    const checkpoint = grants.checkpointAt(step);
    if (grants.signsAt(step) || step === job.steps) witness?.end(step);
    if (checkpoint) await saving.checkpoint(shard, checkpoint);
    const copy = grants.copyAt(step);
    if (copy && !isShadow()) await copying.take(shard, copy);
    settled.at(step);
  }
}
