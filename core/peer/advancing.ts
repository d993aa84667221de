import type { EngineShard } from '../../shaders/engine.js';
import type { DivergedError } from '../errors.js';
import { type Box, cellCount } from '../grid/box.js';
import type { Job } from '../job/job.js';
import { type Snapshot, snapshotsOf } from '../job/snapshots.js';
import type { Plan } from '../protocol/plan.js';
import type { Said } from '../protocol/session.js';
import type { Onlookers } from '../watch/onlookers.js';
import type { Witness } from '../witness/witness.js';
import { AskedAhead } from './asked-ahead.js';
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
  readonly halos: Pick<Halos, 'send' | 'receive'>;
  readonly probes: ProbeLog;
  readonly saving: Pick<Saving, 'snapshot' | 'checkpoint'>;
  readonly copying: Pick<Copying, 'take'>;
  readonly settled: Settled;
  /** Where this peer signs for its shard. */
  readonly witness?: Witness;
  readonly tally: EpochTally;
  readonly linkNews: LinkNews;
  readonly onlookers: Onlookers | undefined;
  /** Whether another peer answers for the shard. */
  readonly isShadow: () => boolean;
  /** Seconds, from any start. */
  readonly now: () => number;
  readonly send: (message: Said) => void;
  readonly onStep: (step: number) => void;
  /** A probe met what is not finite. */
  readonly onDiverged: (error: DivergedError) => void;
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

  /**
   * Makes all steps of the job, as they are granted. The engine is asked for the next steps as soon as their halos are there, whether or
   * not it has made those before: it never waits for us, at an epoch's end neither. It is waited for only where the whole state is read.
   * Throws what goes wrong: LinkError, EngineError.
   */
  async run(): Promise<void> {
    const { plan, job, halos, now } = this.#tools;
    const ahead = new AskedAhead(now);
    for (let from = this.#step; from < job.steps; ) {
      if (from >= this.#granted) await this.#grantBeyond(from, ahead);
      const to = Math.min(from + plan.exchangeEvery, this.#granted);
      const { taken } = await ahead.meanwhile(halos.receive(from));
      ahead.add(Promise.all([taken, this.#make(from, to)]).then(() => undefined));
      await (this.#isWholeStateRead(from, to) ? ahead.all() : ahead.room());
      from = to;
    }
    await ahead.all();
  }

  get #granted(): number {
    const { job, grants } = this.#tools;
    return Math.min(grants.until, job.steps);
  }

  /** Where what is still under way fails, nobody hears of the steps that a grant would follow. */
  async #grantBeyond(step: number, ahead: AskedAhead): Promise<void> {
    const { grants, tally } = this.#tools;
    await ahead.meanwhile(grants.beyond(step));
    tally.granted();
  }

  /** Makes the steps from one exchange to the next, with the snapshots that are due and, where an epoch ends, its report. */
  async #make(from: number, to: number): Promise<void> {
    const { plan, job, shard, stepping, halos, saving, witness, onlookers, onStep } = this.#tools;
    let at = from;
    for (const stop of new Set([...this.#due(from, to), to])) {
      const whole = stop - at === plan.exchangeEvery;
      // Whether steps beyond are granted or not: that is often heard of later, and until then a halo would wait for the whole step.
      const made =
        whole && to < job.steps
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
    if (this.#endsEpoch(to)) await this.#endEpoch(to);
  }

  #endsEpoch(step: number): boolean {
    const { plan, job } = this.#tools;
    return (step - plan.from) % plan.epoch === 0 || step === job.steps;
  }

  /** Whether the engine may be asked for nothing beyond `to` until it has been read. What is ordered for a step comes before steps beyond it are granted. */
  #isWholeStateRead(from: number, to: number): boolean {
    const { job, grants } = this.#tools;
    const isKept =
      grants.signsAt(to) || grants.checkpointAt(to) !== undefined || grants.copyAt(to) !== undefined;
    return isKept || to === job.steps || this.#due(from, to).length > 0;
  }

  /** The steps after `from`, up to `to`, at which snapshots are due. */
  #due(from: number, to: number): number[] {
    const steps = Array.from({ length: to - from }, (_, i) => from + 1 + i);
    return steps.filter((step) => this.#snapshots.has(step));
  }

  async #endEpoch(step: number): Promise<void> {
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
      onDiverged,
    } = this.#tools;
    const steps = (step - plan.from) % plan.epoch || plan.epoch;
    const diverged = probes.divergenceUntil(step);
    const messages = tally.report({
      plan: plan.id,
      step,
      before: settled.step ?? plan.from,
      cellUpdates: steps * cellCount(box) * job.components.length,
      probes: probes.take(step),
      links: linkNews.take(),
    });
    for (const message of messages) send(message);
    if (diverged) onDiverged(diverged);
    const checkpoint = grants.checkpointAt(step);
    if (grants.signsAt(step) || step === job.steps) witness?.end(step);
    if (checkpoint) await saving.checkpoint(shard, checkpoint);
    const copy = grants.copyAt(step);
    if (copy && !isShadow()) await copying.take(shard, copy);
    settled.at(step);
  }
}
