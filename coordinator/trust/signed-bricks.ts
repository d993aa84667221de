import { brickIndex, bricksOf } from '../../core/grid/bricks.js';
import type { Job } from '../../core/job/job.js';
import type { Plan } from '../../core/protocol/plan.js';
import { BRICK_DIGEST_BYTES } from '../../core/trust/statement/digest-size.js';
import type { SpanGroup } from './signed-span.js';

/** Steps of which it is known what was signed: those of half a minute. */
const KEPT_STEPS = 64;

/** What was signed for each brick at the ends of spans: another plan may go on from there, now or when the run goes back. */
export class SignedBricks {
  readonly #job: Job;
  /** By step, and then by a brick's index in the grid. */
  readonly #bricks = new Map<number, ReadonlyMap<number, Uint8Array>>();

  constructor(job: Job) {
    this.#job = job;
  }

  keep({ shards }: Plan, { step, byShard }: SpanGroup): void {
    const { grid } = this.#job;
    const known = new Map<number, Uint8Array>();
    for (const [shard, { digests }] of byShard) {
      const { box } = shards[shard] as Plan['shards'][number];
      for (const [i, brick] of bricksOf(grid, box).entries()) {
        const own = digests.subarray(i * BRICK_DIGEST_BYTES, (i + 1) * BRICK_DIGEST_BYTES);
        known.set(brickIndex(grid, brick), own);
      }
    }
    this.#bricks.delete(step);
    this.#bricks.set(step, known);
    const [oldest] = this.#bricks.keys();
    if (this.#bricks.size > KEPT_STEPS && oldest !== undefined) this.#bricks.delete(oldest);
  }

  /**
   * What another plan's peers signed for the bricks of a shard that a plan takes over, one digest after the other; undefined where
   * that is not known.
   */
  takenOver({ from, source, shards }: Plan, shard: number): Uint8Array | undefined {
    const known = this.#bricks.get(from);
    if (source.kind === 'initial' || source.kind === 'checkpoint' || !known) return undefined;
    const { grid } = this.#job;
    const { box } = shards[shard] as Plan['shards'][number];
    const bricks = bricksOf(grid, box);
    const digests = new Uint8Array(bricks.length * BRICK_DIGEST_BYTES);
    for (const [i, brick] of bricks.entries()) {
      const own = known.get(brickIndex(grid, brick));
      if (!own) return undefined;
      digests.set(own, i * BRICK_DIGEST_BYTES);
    }
    return digests;
  }
}
