import { secondsNow } from '../clock.js';
import type { GuardedDevice } from './guarded-device.js';

/** A submit that runs for 2 s is taken for a hung GPU; a page that shares the GPU stutters long before. */
export const SECONDS_PER_SUBMIT = 0.05;

/** Beyond this, the cost of a submit no longer shows. */
export const MAX_STEPS_PER_SUBMIT = 64;

/** Two keep the GPU busy while the next is being encoded; more would only add delay. */
const SUBMITS_IN_FLIGHT = 2;

/** Cell updates per second assumed before anything is measured: a slow GPU, so that the first submit is short. */
const FIRST_GUESS = 100e6;

/** How much of the rate each submit renews. */
const RENEWAL = 0.3;

/** A step that would take so many times longer than a submit should is cut. Cutting costs a submit each time. */
const LONGEST_STEP = 4;

/** Decides how much work goes into one submit, and holds back when the GPU has enough to do. */
export class Pace {
  readonly #inFlight: Promise<number>[] = [];
  #rate = FIRST_GUESS;
  #idleSince = 0;

  constructor(
    private readonly gpu: GuardedDevice,
    private readonly secondsPerSubmit: number,
  ) {}

  /** Cell updates that fit one submit. */
  get cellsPerSubmit(): number {
    return this.#rate * this.secondsPerSubmit;
  }

  /** Cell updates of a step beyond which it is to be cut into several submits. */
  get cellsPerStep(): number {
    return LONGEST_STEP * this.cellsPerSubmit;
  }

  /** Resolves when another submit is welcome. */
  async room(): Promise<void> {
    while (this.#inFlight.length >= SUBMITS_IN_FLIGHT) await this.#inFlight[0];
  }

  /**
   * Call right after a submit of `cells` cell updates. Resolves when it is done, with the seconds it took: as `timed`
   * says, or by the wall clock where it does not.
   */
  track(cells: number, timed?: Promise<number | undefined>): Promise<number> {
    const submitted = secondsNow();
    const worked = this.gpu.guard(this.gpu.device.queue.onSubmittedWorkDone()).then(() => {
      const now = secondsNow();
      const elapsed = now - Math.max(submitted, this.#idleSince);
      this.#idleSince = now;
      return elapsed;
    });
    const done = Promise.all([timed, worked]).then(([ticked, elapsed]) => {
      const seconds = ticked ?? elapsed;
      if (seconds > 0) this.#rate += RENEWAL * (cells / seconds - this.#rate);
      return seconds;
    });
    this.#inFlight.push(done);
    const forget = () => {
      this.#inFlight.splice(this.#inFlight.indexOf(done), 1);
    };
    done.then(forget, forget);
    return done;
  }
}
