import type { Slab } from '../../../shaders/engine.js';
import { type Box, cellCount } from '../../grid/box.js';
import { type Cone, coneOf, endSlabs, startSlabs } from '../cone.js';
import { type Physics, sourcesReaching } from '../physics.js';
import { secretNormals } from '../secret.js';
import { traceBack } from './adjoint.js';
import { growCone } from './grown.js';
import type { LinearUpdate } from './linear.js';
import { judge, type Tie, type Verdict } from './verdict.js';

/**
 * Secret vectors for each wave. With the tolerance below and a scale of ten times ‖end‖, which is more than was ever seen, an error of
 * 1e-3 · ‖end‖ misses three with a probability below 3.3e-5.
 */
const VECTORS = 3;

/**
 * Honest errors stayed below a fifth of it: docs/trust.md has the figures, `npm run bench -- trust` measures them. They grow with the
 * number of steps, as rounding does.
 */
export const TOLERANCE = 4e-6;

/** Boxes whose weights are kept: about 3 MB each, for a cone of 40³ cells. */
const KEPT_BOXES = 32;

export interface AuditorOptions {
  /** Secret vectors for each wave field. */
  readonly vectors?: number;
  readonly tolerance?: number;
}

/** What is asked of peers for an audit; cells of one slab follow those of the one before. */
export interface Evidence {
  readonly start: readonly Slab[];
  readonly end: readonly Slab[];
}

/**
 * Checks what peers say became of a box in some steps by products with secret vectors, without an engine. The first check of a box makes its
 * weights, which takes as long as many of the next. For linear updates alone (`linearityOf`). What it holds back, its secret and all vectors made of it, it never gives away.
 */
export class Auditor {
  readonly #vectors: number;
  readonly #tolerance: number;
  /** By box and steps; what was used last is last. */
  readonly #kept = new Map<string, Promise<readonly Tie[]>>();
  #generation = 0;

  /** `secret`: 32 bytes from a source that nobody can predict. */
  constructor(
    private readonly physics: Physics,
    private readonly update: LinearUpdate,
    private readonly secret: Uint8Array,
    { vectors = VECTORS, tolerance = TOLERANCE }: AuditorOptions = {},
  ) {
    this.#vectors = vectors;
    this.#tolerance = tolerance;
  }

  evidenceFor(box: Box, steps: number, component: number): Evidence {
    const cone = coneOf(this.physics, box, steps);
    const asked = { kind: 'waves', component } as const;
    return { start: startSlabs(this.physics, cone, asked), end: endSlabs(this.physics, cone, asked) };
  }

  /**
   * Whether the cells at `end` come of those at `start`, which `from` steps had been made by; both in the order of `evidenceFor`.
   * Rejects with what the physics' media reject with. Throws RangeError where there are too few cells, or too many.
   */
  async check(
    box: Box,
    steps: number,
    component: number,
    from: number,
    { start, end }: { readonly start: Float32Array; readonly end: Float32Array },
  ): Promise<Verdict> {
    const cone = coneOf(this.physics, box, steps);
    const ties = await this.#tiesFor(cone);
    const [{ start: starts, end: ends }] = ties as [Tie];
    if (start.length !== starts.length || end.length !== ends.length) {
      throw new RangeError(
        `an audit takes ${starts.length} cells and ${ends.length}, not ${start.length} and ${end.length}`,
      );
    }
    return judge(ties, { start, end, amplitudes: this.#amplitudes(cone, component, from) }, this.#tolerance);
  }

  /** From now on other vectors are used: what somebody may have guessed of the old ones is worth nothing. */
  rotate(): void {
    this.#generation += 1;
    this.#kept.clear();
  }

  #amplitudes({ held, steps }: Cone, component: number, from: number): Float64Array[] {
    return sourcesReaching(this.physics, held).map((source) =>
      Float64Array.from({ length: steps }, (_, step) =>
        source.component === component ? Math.fround(source.amplitude(from + step)) : 0,
      ),
    );
  }

  #tiesFor(cone: Cone): Promise<readonly Tie[]> {
    const key = `${cone.steps} ${cone.box.lo} ${cone.box.hi}`;
    const ties = this.#kept.get(key) ?? this.#makeTies(cone);
    this.#kept.delete(key);
    this.#kept.set(key, ties);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT_BOXES && oldest !== undefined) this.#kept.delete(oldest);
    ties.catch(() => this.#kept.delete(key));
    return ties;
  }

  /** Each vector is of one wave and 0 on the others, so that a loud wave does not drown what is wrong with a quiet one. */
  async #makeTies({ box, steps }: Cone): Promise<readonly Tie[]> {
    const grown = await growCone(this.physics, this.update, box, steps);
    const cells = 2 * cellCount(box);
    return this.update.waves.flatMap((wave, index) =>
      Array.from({ length: this.#vectors }, (_, vector): Tie => {
        const purpose = `audit ${this.#generation} ${wave} ${vector} ${steps} ${box.lo} ${box.hi}`;
        const end = new Float64Array(this.update.waves.length * cells);
        end.set(secretNormals(this.secret, purpose, cells), index * cells);
        return { end, ...traceBack(grown, end) };
      }),
    );
  }
}
