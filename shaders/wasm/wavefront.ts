import type { Update } from '../engine.js';
import { otherParity, type Parity } from './addresses.js';
import type { Step } from './emit.js';
import { Events, type Moment } from './events.js';
import { offsetOf } from './layout.js';
import type { Meeting } from './meeting.js';
import { type Range, type Sweep, type Sweeper, sharesOf, sweepShare, tilesOf } from './schedule.js';
import type { Site } from './site.js';

const F32_BYTES = Float32Array.BYTES_PER_ELEMENT;

/** A stretch of steps, the same for all threads that make it. */
export interface Course {
  readonly updates: readonly Update[];
  /** Which arrays hold the newest level before it. */
  readonly parity: Parity;
  /** `[updates, probes]`; threads share it. */
  readonly samples: Float32Array;
}

/** The steps of a shard's module: the one for each parity of `now`. */
export type Steps = readonly [even: Step, odd: Step];

/** One thread's part in advancing a shard: several steps a sweep, with all that happens at each of them. */
export class Wavefront implements Sweeper {
  private readonly axes: Axes;
  private readonly events: readonly Events[];
  private readonly reach: number;
  // Of the sweep that is under way:
  private component = 0;
  private moments: readonly Moment[] = [];
  private firstMoment = 0;
  private samples: Float32Array = new Float32Array(0);
  private tilesBefore = 0;

  constructor(
    private readonly site: Site,
    private readonly steps: Steps,
    cells: Float32Array,
    private readonly meeting: Meeting,
  ) {
    const { spec } = site;
    this.axes = spec.dimensions === 3 ? THROUGH_PLANES : THROUGH_ROWS;
    this.reach = spec.model.radius;
    this.events = Array.from(
      { length: spec.components },
      (_, component) => new Events(site, component, cells),
    );
  }

  /** Brings ghost cells up to date with the newest level, as it was written. Once, by one thread, before a course. */
  fillGhosts(parity: Parity): void {
    for (const events of this.events) events.fillGhosts(parity);
  }

  /** Makes this thread's part of all steps. When it returns, all threads have made theirs. */
  advance({ updates, parity, samples }: Course): void {
    this.moments = momentsOf(updates, parity, this.site.spec.probes.length);
    this.samples = samples;
    this.tilesBefore = 0;
    const sweeps = Math.ceil(updates.length / this.site.blocking.steps);
    for (let sweep = 0; sweep < sweeps; sweep += 1) {
      const from = Math.floor((updates.length * sweep) / sweeps);
      const to = Math.floor((updates.length * (sweep + 1)) / sweeps);
      this.firstMoment = from;
      this.sweep(from, to);
      this.meeting.gather();
    }
  }

  block(step: number, outerLo: number, outerHi: number, innerLo: number, innerHi: number): void {
    const moment = this.moments[this.firstMoment + step] as Moment;
    const { outer } = this.axes;
    this.meeting.beat();
    if (outer === 0) this.advanceRows(moment, outerLo, outerHi, innerLo, innerHi);
    else this.advanceRows(moment, innerLo, innerHi, outerLo, outerHi);
  }

  awaitAbove(tile: number): void {
    this.meeting.awaitAbove(this.tilesBefore + tile);
  }

  releaseBelow(tile: number): void {
    this.meeting.releaseBelow(this.tilesBefore + tile);
  }

  /** Components do not read one another: each has a sweep of its own, and no thread waits between them. */
  private sweep(from: number, to: number): void {
    const { spec, blocking } = this.site;
    const { outer, inner } = this.axes;
    const along = (axis: 0 | 1): Range => ({ lo: spec.frame.lo[axis], hi: spec.frame.hi[axis] });
    const sweep: Sweep = {
      steps: to - from,
      outer: along(outer),
      inner: along(inner),
      outerReach: this.reach,
      innerReach: inner === 1 ? this.reach : 0,
      blocking,
    };
    const boxes = this.moments.slice(from, to).map(({ update }) => update.box);
    const computed = {
      lo: Math.min(...boxes.map(({ lo }) => lo[outer])),
      hi: Math.max(...boxes.map(({ hi }) => hi[outer])),
    };
    const share = sharesOf(computed, sweep, this.meeting.threads)[this.meeting.thread];
    for (this.component = 0; this.component < spec.components; this.component += 1) {
      if (share) sweepShare(sweep, share, this);
      this.tilesBefore += tilesOf(sweep);
    }
  }

  private advanceRows(moment: Moment, zLo: number, zHi: number, yLo: number, yHi: number): void {
    const { lo, hi } = moment.update.box;
    const fromZ = Math.max(zLo, lo[0]);
    const fromY = Math.max(yLo, lo[1]);
    const planes = Math.min(zHi, hi[0]) - fromZ;
    const rows = Math.min(yHi, hi[1]) - fromY;
    if (planes > 0 && rows > 0) {
      const { layout } = this.site;
      const { frame, reach } = layout;
      const component = this.component * layout.component;
      this.steps[otherParity(moment.parity)](
        component + offsetOf(layout, [fromZ, fromY, frame.lo[2]]) - reach,
        rows,
        planes,
        (lo[2] - frame.lo[2]) * F32_BYTES,
        (hi[2] - frame.lo[2]) * F32_BYTES,
        component,
        moment.update.time,
      );
    }
    (this.events[this.component] as Events).follow(moment, this.samples, zLo, zHi, yLo, yHi);
  }
}

/** What a sweep runs along: its front along the outer axis, its tiles along the inner one. */
interface Axes {
  readonly outer: 0 | 1;
  readonly inner: 0 | 1;
}

const THROUGH_PLANES: Axes = { outer: 0, inner: 1 };
const THROUGH_ROWS: Axes = { outer: 1, inner: 0 };

function momentsOf(updates: readonly Update[], parity: Parity, probes: number): readonly Moment[] {
  return updates.map((update, index) => ({
    update,
    parity: index % 2 === 0 ? otherParity(parity) : parity,
    samplesFrom: index * probes,
    leadsOn: index + 1 < updates.length,
  }));
}
