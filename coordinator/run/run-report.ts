import { boxOfShape, cellCount } from '../../core/grid/box.js';
import type { Job } from '../../core/job/job.js';
import type { Progress } from '../../core/protocol/document.js';
import type { PeerId } from '../../core/protocol/plan.js';
import { RateMeter } from '../../core/protocol/rate-meter.js';
import type { Member, RunMessage } from '../room/conductor.js';

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
    this.#meter.add(seconds(), message.cellUpdates);
    this.#direct += message.haloBytesDirect;
    this.#relayed += message.haloBytesRelayed;
  }

  progress(step: number, peers: number, checkpoint: number): Progress {
    const { grid, components, steps } = this.#job;
    const rate = this.#meter.rate(seconds());
    const left = (steps - step) * cellCount(boxOfShape(grid.shape)) * components.length;
    return {
      step,
      steps,
      rate,
      secondsLeft: rate > 0 ? left / rate : null,
      peers,
      checkpoint,
      haloBytesDirect: this.#direct,
      haloBytesRelayed: this.#relayed,
    };
  }
}

const seconds = () => performance.now() / 1000;
