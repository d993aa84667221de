import type { EngineShard, Update } from '../../shaders/engine.js';
import { type Course, type Courses, coursesOf, shareInside } from '../grid/bands.js';
import { type Box, hasCell } from '../grid/box.js';
import { updateBoxes } from '../grid/deep.js';
import type { Job } from '../job/job.js';
import { BandChoice, type Way } from './band-choice.js';
import type { EpochTally } from './epoch-tally.js';
import type { ProbeLog } from './probe-log.js';
import type { FedSource } from './surroundings.js';

/** With less than this inside there is too little to compute while halos travel. */
const LEAST_INSIDE = 0.25;

export interface SteppingTools {
  readonly job: Job;
  readonly box: Box;
  readonly exchangeEvery: number;
  readonly shard: EngineShard;
  readonly sources: readonly FedSource[];
  readonly probes: ProbeLog;
  readonly tally: EpochTally;
  /** Seconds, from any start. */
  readonly now: () => number;
}

/** Makes one shard's steps, and records what its probes see. Whatever a call asks of the engine, it asks before it returns. */
export class Stepping {
  readonly #tools: SteppingTools;
  readonly #courses: Courses | undefined;
  readonly #choice = new BandChoice();
  /** The last whole block of steps that was asked for. */
  #last: { readonly to: number; readonly way: Way; readonly at: number } | undefined;

  constructor(tools: SteppingTools) {
    this.#tools = tools;
    const { job, box, exchangeEvery } = tools;
    const courses = coursesOf(job.grid, box, job.updatable, exchangeEvery, job.model.model.radius);
    this.#courses = courses && shareInside(courses) >= LEAST_INSIDE ? courses : undefined;
  }

  /** Makes the steps from `from` to `to`. No halo comes before step `until`: so far the ghost cells have to last. */
  async advance(from: number, to: number, until: number): Promise<void> {
    const { job, box, shard, probes } = this.#tools;
    const { radius } = job.model.model;
    const all = updateBoxes(box, job.updatable, until - from, radius, job.grid.dimensions);
    const boxes = all.slice(0, to - from);
    if (boxes.length === 0) {
      for (let step = from; step < to; step++) probes.skip(step + 1);
      return;
    }
    await this.#timed(async () => {
      const { samples, seconds } = await shard.advance(this.#updates(from, boxes));
      probes.add(from + 1, samples);
      return seconds;
    });
  }

  /**
   * Makes all steps from the exchange at `from` to the next, and first what is sent there, where that is quicker: `sendable` is
   * called when it has been asked for, so that the engine may be asked to read it.
   */
  async advanceToExchange(from: number, sendable: () => void): Promise<void> {
    const next = from + this.#tools.exchangeEvery;
    if (this.#courses && this.#way(from, next) === 'bands') {
      return this.#advanceInCourses(this.#courses, from, sendable);
    }
    const made = this.advance(from, next, next);
    sendable();
    return made;
  }

  /** Chooses, and takes down how long it has been since all cells were made at once, if nothing came in between. */
  #way(from: number, to: number): Way {
    const now = this.#tools.now();
    if (this.#last?.to === from && this.#last.way === 'whole') this.#choice.tookWhole(now - this.#last.at);
    const way = this.#choice.next();
    this.#last = { to, way, at: now };
    return way;
  }

  async #advanceInCourses(courses: Courses, from: number, sendable: () => void): Promise<void> {
    const { shard, probes, exchangeEvery } = this.#tools;
    await this.#timed(async () => {
      const all = [...courses.bands, courses.inside];
      const calls: Promise<unknown>[] = [];
      const advances = all.map((course, number) => {
        // An odd number of steps leaves the levels the other way round than the next course begins with.
        if (number > 0 && exchangeEvery % 2 === 1) calls.push(shard.swapLevels());
        const advance = shard.advance(this.#updates(from, course));
        if (number === courses.bands.length - 1) sendable();
        return advance;
      });
      const [made] = await Promise.all([Promise.all(advances), ...calls]);
      probes.add(
        from + 1,
        this.#gathered(
          all,
          made.map(({ samples }) => samples),
        ),
      );
      const seconds = made.reduce((sum, course) => sum + course.seconds, 0);
      this.#choice.computedInBands(seconds);
      return seconds;
    });
  }

  async #timed(make: () => Promise<number>): Promise<void> {
    const { tally } = this.#tools;
    tally.began();
    tally.computed(await make());
    tally.made();
  }

  #updates(from: number, course: Course): Update[] {
    const { job, sources } = this.#tools;
    return course.map((box, done) => ({
      box,
      time: (from + done) * job.dt,
      amplitudes: sources.map(({ amplitude }) => amplitude(from + done)),
    }));
  }

  /** Each step's sample is that of the course which made the step in its cell; of fixed cells all courses give the same. */
  #gathered(courses: readonly Course[], samples: readonly Float32Array[]): Float32Array {
    const { points } = this.#tools.probes;
    const gathered = new Float32Array(points.length * this.#tools.exchangeEvery);
    for (const [column, { cell }] of points.entries()) {
      for (let done = 0; done * points.length < gathered.length; done++) {
        const course = courses.findIndex((boxes) => hasCell(boxes[done] as Box, cell));
        const at = done * points.length + column;
        gathered[at] = (samples.at(course) as Float32Array)[at] as number;
      }
    }
    return gathered;
  }
}
