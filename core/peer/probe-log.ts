import type { ProbePoint } from '../../shaders/engine.js';
import { DivergedError } from '../errors.js';
import { type Box, hasCell } from '../grid/box.js';
import type { Job, StateName } from '../job/job.js';
import { placeOf } from '../job/states.js';
import type { ToCoordinator } from '../protocol/messages.js';

type Samples = Extract<ToCoordinator, { type: 'epoch' }>['probes'];

/** Values in one message: each takes up to 24 bytes as text, and control messages are bounded. */
const MOST_VALUES = 8192;

/** What the probes of one shard recorded since it was last told. */
export class ProbeLog {
  /** In the order of the engine's samples: probe by probe, state by state. */
  readonly points: readonly ProbePoint[];
  /** The state at each point. */
  readonly #states: readonly StateName[];
  readonly #probes: readonly { readonly probe: number; readonly states: number }[];
  #first = 0;
  #rows: Float32Array[] = [];

  constructor(job: Job, box: Box) {
    const inside = [...job.probes.entries()].filter(([, { cell }]) => hasCell(box, cell));
    this.#probes = inside.map(([probe, { states }]) => ({ probe, states: states.length }));
    this.#states = inside.flatMap(([, { states }]) => states);
    this.points = inside.flatMap(([, { cell, states }]) =>
      states.map((state) => {
        const { component, field } = placeOf(job, state);
        return { component, field: field.name, cell };
      }),
    );
  }

  /** `samples` `[steps, points]`; the first row is the state after step `first`. */
  add(first: number, samples: Float32Array): void {
    if (this.points.length === 0) return;
    if (this.#rows.length === 0) this.#first = first;
    for (let at = 0; at < samples.length; at += this.points.length) {
      this.#rows.push(samples.subarray(at, at + this.points.length));
    }
  }

  /** A step in which no cell of the shard could change: it lies in the fixed edge, where all is 0. */
  skip(step: number): void {
    this.add(step, new Float32Array(this.points.length));
  }

  /** The first sample up to `step`, since it was last told, that is not finite. */
  divergenceUntil(step: number): DivergedError | undefined {
    for (const [row, samples] of this.#rowsUntil(step).entries()) {
      const column = samples.findIndex((value) => !Number.isFinite(value));
      if (column >= 0) return new DivergedError(this.#states[column] ?? '', this.#first + row);
    }
    return undefined;
  }

  /** All that was recorded up to `step`, in parts that fit a message each. What was made beyond is told with the next. */
  take(step: number): Samples[] {
    const first = this.#first;
    const rows = this.#rowsUntil(step);
    this.#rows = this.#rows.slice(rows.length);
    this.#first += rows.length;
    const most = Math.max(1, Math.floor(MOST_VALUES / Math.max(1, this.points.length)));
    const parts = Math.ceil(rows.length / most);
    return Array.from({ length: parts }, (_, part) =>
      this.#samples(first + part * most, rows.slice(part * most, (part + 1) * most)),
    );
  }

  #rowsUntil(step: number): readonly Float32Array[] {
    return this.#rows.slice(0, Math.max(0, step + 1 - this.#first));
  }

  #samples(first: number, rows: readonly Float32Array[]): Samples {
    let offset = 0;
    return this.#probes.map(({ probe, states }) => {
      const start = offset;
      offset += states;
      const values = rows.map((row) =>
        Array.from(row.subarray(start, start + states), (v) => (Number.isFinite(v) ? v : null)),
      );
      return { probe, first, values };
    });
  }
}
