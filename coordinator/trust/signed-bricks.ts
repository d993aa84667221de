import { brickIndex, bricksOf } from '../../core/grid/bricks.js';
import type { Job } from '../../core/job/job.js';
import type { Plan } from '../../core/protocol/plan.js';
import { BRICK_DIGEST_BYTES } from '../../core/trust/statement/digest-size.js';
import { keepsHalves } from './class-in-job.js';
import type { SpanGroup } from './signed-span.js';

/** Steps of which it is known what was signed: those of half a minute. */
const KEPT_STEPS = 64;

interface SignedBrick {
  readonly digest: Uint8Array;
  /** Whether its waves were f16 where they were signed for. */
  readonly isOfHalves: boolean;
}

/** What was signed for each brick at the ends of spans: another plan may go on from there, now or when the run goes back. */
export class SignedBricks {
  readonly #job: Job;
  /** By step, and then by a brick's index in the grid. */
  readonly #bricks = new Map<number, ReadonlyMap<number, SignedBrick>>();

  constructor(job: Job) {
    this.#job = job;
  }

  keep({ shards }: Plan, { step, byShard }: SpanGroup): void {
    const { grid } = this.#job;
    const signed = new Map<number, SignedBrick>();
    for (const [shard, { digests, known }] of byShard) {
      const { box } = shards[shard] as Plan['shards'][number];
      for (const [i, brick] of bricksOf(grid, box).entries()) {
        const own = digests.subarray(i * BRICK_DIGEST_BYTES, (i + 1) * BRICK_DIGEST_BYTES);
        signed.set(brickIndex(grid, brick), { digest: own, isOfHalves: keepsHalves(known.numericalClass) });
      }
    }
    this.#bricks.delete(step);
    this.#bricks.set(step, signed);
    const [oldest] = this.#bricks.keys();
    if (this.#bricks.size > KEPT_STEPS && oldest !== undefined) this.#bricks.delete(oldest);
  }

  /**
   * What another plan's peers signed for the bricks of a shard that a plan takes over, one digest after the other; undefined where
   * that is not known, or not what a peer of that class (`classInJob`) has of it: what is kept in f16 is rounded when it is taken over from f32.
   */
  takenOver({ from, source, shards }: Plan, shard: number, byClass: string): Uint8Array | undefined {
    const known = this.#bricks.get(from);
    if (source.kind === 'initial' || source.kind === 'checkpoint' || !known) return undefined;
    const { grid } = this.#job;
    const { box } = shards[shard] as Plan['shards'][number];
    const bricks = bricksOf(grid, box);
    const digests = new Uint8Array(bricks.length * BRICK_DIGEST_BYTES);
    for (const [i, brick] of bricks.entries()) {
      const own = known.get(brickIndex(grid, brick));
      if (!own || (keepsHalves(byClass) && !own.isOfHalves)) return undefined;
      digests.set(own.digest, i * BRICK_DIGEST_BYTES);
    }
    return digests;
  }
}
