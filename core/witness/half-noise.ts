import type { Slab } from '../../shaders/engine.js';
import { asHalf } from '../../shaders/half.js';
import type { Job } from '../job/job.js';
import { partsOf } from '../parcel/parcel.js';
import { misfitOfHalos, misfitOfState } from './compare.js';
import { brickSlabs } from './digests.js';
import type { HaloTable } from './evidence.js';
import { type Outcome, type RecomputeTools, replay, type SpanStart } from './replay.js';
import { boxOfSpan, type Span } from './span.js';

/** An honest device rounds otherwise, and what is measured is one sample of it. */
const MARGIN = 4;

/** Of a value, what is lost where it is kept once: the spacing of f16. */
const ROUNDED_ONCE = 2 ** -10;

/** In a span that allows more, a false state may be as near as a true one: half of what a field is off that was never computed. */
export const MOST_HALF_TOLERANCE = 0.25;

/**
 * How far a device that keeps waves in f16 may be from `made`, which was made in f32, in relative L2. Rounding is by chance, and how much
 * of it is left depends on the model, on its time step and on the wave: so the span is computed once more, with its waves rounded to f16 at
 * each exchange, and what that changes is measured. A device rounds at each step: errors of n steps that know nothing of each other
 * add up to √n of one. Infinite where f16 is too small for a wave. Takes as long as the span. Rejects as `replay` does.
 */
export async function halfTolerance(
  tools: RecomputeTools,
  job: Job,
  span: Span,
  start: SpanStart,
  received: HaloTable,
  made: Outcome,
): Promise<number> {
  const slabs = brickSlabs(job, boxOfSpan(span));
  const waves = new Set(job.model.model.fields.filter(({ kind }) => kind === 'wave').map(({ name }) => name));
  const rounded = await replay(
    {
      ...tools,
      onExchange: async (shard, step) => {
        const cells = await shard.read(slabs);
        roundWaves(slabs, waves, cells, step * job.dt);
        await shard.write(slabs, cells);
      },
    },
    job,
    span,
    start,
    received,
  );
  roundWaves(slabs, waves, rounded.end, span.to * job.dt);
  const noise = Math.max(
    misfitOfState(job, span, rounded.end, made),
    misfitOfHalos(rounded.sent, made),
    ROUNDED_ONCE,
  );
  return MARGIN * Math.sqrt(span.plan.exchangeEvery) * noise;
}

function roundWaves(
  slabs: readonly Slab[],
  waves: ReadonlySet<string>,
  all: Float32Array,
  seed: number,
): void {
  for (const { field, cells } of partsOf(slabs, all)) {
    if (!waves.has(field)) continue;
    for (const [i, value] of cells.entries()) cells[i] = asHalf(value, seed);
  }
}
