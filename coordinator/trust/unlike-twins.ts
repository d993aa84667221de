import { randomInt } from 'node:crypto';
import { bricksOf } from '../../core/grid/bricks.js';
import type { Job } from '../../core/job/job.js';
import type { Plan } from '../../core/protocol/plan.js';
import { driftTolerance } from '../../core/trust/classes/drift.js';
import { stateCells } from '../../core/witness/digests.js';
import {
  isSigned,
  louder,
  misfitOfSamples,
  quieter,
  readSample,
  type Sample,
} from '../../core/witness/sample.js';
import { boxOfSpan, type Span } from '../../core/witness/span.js';
import type { Asking } from './asking.js';
import { digest } from './checker.js';
import type { SignedSpan } from './signed-span.js';
import type { Twins } from './twins.js';

/** Of a shard's bricks, so large a share is compared at least: what a trusted peer's check by samples costs, in bytes. */
const LEAST_SHARE = 1 / 50;

/** And so many bytes, where the shard has them: small ones are compared whole. */
const SAMPLE_BYTES = 64 * 1024;

/** What came of comparing two. */
export type Likeness =
  /** `share`: of the shard's bricks, how many were compared. `misfit`: of the worst of them. */
  | { readonly kind: 'near' | 'apart'; readonly share: number; readonly misfit: number }
  /** What one shows is not what it signed for. */
  | { readonly kind: 'forged'; readonly by: SignedSpan }
  | { readonly kind: 'not shown'; readonly by: SignedSpan };

/**
 * Compares what a shard's peer and its shadow came to where they are of two numerical classes: by the values of some bricks, which are
 * drawn when both have signed, so that neither knows which. They drift apart with each step since their plan gave both the same state.
 */
export class UnlikeTwins {
  readonly #job: Job;
  readonly #asking: Pick<Asking, 'askSample'>;
  /** By plan and shard, how loud each array was when it was loudest: rounding outlasts a wave that has left. */
  readonly #loudest = new Map<string, ReadonlyMap<string, number>>();

  constructor(job: Job, asking: Pick<Asking, 'askSample'>) {
    this.#job = job;
    this.#asking = asking;
  }

  async compare(plan: Plan, twins: Twins): Promise<Likeness> {
    const { shard, from, step } = twins.peer.statement;
    const span: Span = { plan, shard, from, to: step };
    const box = boxOfSpan(span);
    const bricks = drawBricks(bricksOf(this.#job.grid, box).length, 4 * stateCells(this.#job, box));
    const both = [twins.peer, twins.shadow] as const;
    const shown = await Promise.all(both.map(({ peer }) => this.#asking.askSample(peer, span, bricks)));
    const samples: Sample[] = [];
    for (const [i, by] of both.entries()) {
      const bytes = shown[i];
      if (!bytes) return { kind: 'not shown', by };
      const sample = readSample(this.#job, box, bricks, bytes);
      if (!(await isSigned(sample, bricks, by.digests, digest))) return { kind: 'forged', by };
      samples.push(sample);
    }
    const pair = samples as [Sample, Sample];
    const loudness = this.#loudness(`${plan.id} ${shard}`, pair);
    const misfit = misfitOfSamples(this.#job, box, bricks, pair, loudness);
    const kind = misfit <= driftTolerance(step - plan.from) ? 'near' : 'apart';
    return { kind, misfit, share: bricks.length / bricksOf(this.#job.grid, box).length };
  }

  /** The run goes back: no plan stands. */
  clear(): void {
    this.#loudest.clear();
  }

  #loudness(name: string, [a, b]: readonly [Sample, Sample]): ReadonlyMap<string, number> {
    const loudest = louder(this.#loudest.get(name) ?? new Map(), quieter(a.loudness, b.loudness));
    this.#loudest.set(name, loudest);
    return loudest;
  }
}

/** Some of so many bricks, each as likely as any other, ascending. `bytes`: of all of them. */
export function drawBricks(bricks: number, bytes: number): readonly number[] {
  const share = Math.max(LEAST_SHARE, SAMPLE_BYTES / bytes);
  const count = Math.min(bricks, Math.ceil(share * bricks));
  const all = Array.from({ length: bricks }, (_, brick) => brick);
  for (let drawn = 0; drawn < count; drawn++) {
    const other = randomInt(drawn, bricks);
    [all[drawn], all[other]] = [all[other] as number, all[drawn] as number];
  }
  return all.slice(0, count).toSorted((a, b) => a - b);
}
