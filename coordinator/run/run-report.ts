import { boxOfShape, cellCount } from '../../core/grid/box.js';
import type { Job } from '../../core/job/job.js';
import type { Progress } from '../../core/protocol/document.js';
import type { PeerId } from '../../core/protocol/plan.js';
import { RateMeter } from '../../core/protocol/rate-meter.js';
import type { Member, RunMessage } from '../room/conductor.js';
import type { Assignment } from './assignment.js';
import { Scaling, type ShownScaling } from './scaling.js';
import { StepClock } from './step-clock.js';

/** Long enough to hold several reports of each peer, short enough to follow a change. */
const RATE_WINDOW_SECONDS = 5;

type EpochMessage = Extract<RunMessage, { type: 'epoch' }>;

/** What one peer gave to a job. */
export interface Contribution {
  readonly name: string;
  readonly kind: Member['kind'];
  readonly engine: string;
  readonly device: string;
  cellUpdates: number;
  computeSeconds: number;
  waitSeconds: number;
}

/** What has been computed and sent, for people and for the result's attributes. */
export class RunReport {
  readonly #job: Job;
  readonly #meter = new RateMeter(RATE_WINDOW_SECONDS);
  readonly #contributions = new Map<PeerId, Contribution>();
  readonly #clock = new StepClock();
  readonly #scaling = new Scaling();
  #assignment: Assignment | undefined;
  #direct = 0;
  #relayed = 0;

  constructor(job: Job) {
    this.#job = job;
  }

  get contributions(): readonly Contribution[] {
    return [...this.#contributions.values()];
  }

  epoch({ id, name, kind, ability }: Member, message: EpochMessage): void {
    const { engine, device } = ability;
    const contribution = this.#contributions.get(id) ?? {
      name,
      kind,
      engine,
      device,
      cellUpdates: 0,
      computeSeconds: 0,
      waitSeconds: 0,
    };
    contribution.cellUpdates += message.cellUpdates;
    contribution.computeSeconds += message.computeSeconds;
    contribution.waitSeconds += message.waitSeconds;
    this.#contributions.set(id, contribution);
    this.#scaling.spent(engine, message);
    this.#meter.add(seconds(), message.cellUpdates);
    this.#direct += message.haloBytesDirect;
    this.#relayed += message.haloBytesRelayed;
  }

  /** Seconds a step, as plans promised and as they were. */
  get stepSeconds(): StepClock['overall'] {
    return this.#clock.overall;
  }

  /** Seconds a step that the plan under way has taken lately; undefined until two of its epochs are done. */
  get measured(): number | undefined {
    return this.#clock.now?.measured ?? undefined;
  }

  /** A plan begins. */
  begin(assignment: Assignment): void {
    this.keeps(assignment);
    this.#clock.begin(assignment.stepSeconds);
  }

  /** The plan under way goes on, by what is known of its peers now. */
  keeps(assignment: Assignment): void {
    this.#assignment = assignment;
    this.#scaling.against(assignment.yardstick);
  }

  /** Computing, communicating, memory and efficiency: of the plan under way, or of the whole run where none is. */
  get scaling(): ShownScaling | undefined {
    return this.#scaling.shown(this.measured);
  }

  /** Every shard has made so many steps. */
  reached(step: number): void {
    const more = this.#clock.reached(step, seconds());
    if (more) this.#scaling.made(more.steps, more.seconds);
  }

  /** No plan is under way. */
  pause(): void {
    this.#assignment = undefined;
    this.#clock.pause();
  }

  progress(step: number, checkpoint: number): Progress {
    const { grid, components, steps } = this.#job;
    const rate = this.#meter.rate(seconds());
    const { now } = this.#clock;
    const oneMore = this.#assignment?.oneMore;
    const replicas = this.#replicas;
    const { scaling } = this;
    const left = (steps - step) * cellCount(boxOfShape(grid.shape)) * components.length;
    return {
      step,
      steps,
      rate,
      secondsLeft: rate > 0 ? left / rate : null,
      peers: this.#assignment?.shards.length ?? 0,
      checkpoint,
      haloBytesDirect: this.#direct,
      haloBytesRelayed: this.#relayed,
      ...(now && { stepSeconds: now }),
      ...(scaling && { scaling }),
      ...(oneMore && { oneMore }),
      ...(replicas && { replicas }),
    };
  }

  get #replicas(): Progress['replicas'] {
    const { shards, shadows = [] } = this.#assignment ?? { shards: [] };
    const isAsked = this.#job.file.trust.replicas === 2;
    return shards.length > 0 && (isAsked || shadows.length > 0)
      ? { shards: shards.length, shadowed: shadows.length }
      : undefined;
  }
}

const seconds = () => performance.now() / 1000;
