import { type Cheat, castOf, cheatsAt, LIAR } from '../../coordinator/trust/cheats.suite.js';
import type { Checker } from '../../coordinator/trust/checker.js';
import { type Device, PlayedRun } from '../../coordinator/trust/played-run.suite.js';
import { cellCount } from '../../core/grid/box.js';
import { brickBox, bricksOf } from '../../core/grid/bricks.js';
import type { Job } from '../../core/job/job.js';
import { stateSlabs } from '../../core/peer/load.js';
import { type Outcome, replay } from '../../core/witness/replay.js';
import { boxOfSpan, type Span } from '../../core/witness/span.js';
import { cellOfMiddle, type Ground, SOUNDED } from './grounds.js';
import { SPAN_STEPS } from './honest.js';

/** What has to be found: a brick that is off by more than this part of its norm. */
export const CHANGED = 1e-3;

/** First spans of a cheat that were checked. */
export interface Trial {
  readonly name: string;
  readonly tried: number;
  /** Of which a liar was named, or refused, or both ends of a link with a liar at one of them. */
  readonly found: number;
  /** Of which somebody honest was named as a liar. */
  readonly blamed: number;
  /** Those in which a brick of the liar was off by more than CHANGED of its norm. */
  readonly changed: number;
  readonly changedFound: number;
}

export interface AttackTools {
  readonly device: Device;
  readonly checker: Checker;
  /** The class that liars claim to be of. */
  readonly claims: string;
  /** Of each cheat. */
  readonly trials: number;
}

/** Plays each cheat so often, each time by new keys, on other ground and in another cell. */
export async function tryCheats(tools: AttackTools): Promise<readonly Trial[]> {
  const trials: Trial[] = [];
  for (const [index] of cheatsAt([0, 0, 0]).entries()) {
    let sum: Trial | undefined;
    for (let trial = 0; trial < tools.trials; trial += 1) {
      const ground = SOUNDED[trial % SOUNDED.length] as Ground;
      const cheat = cheatsAt(cellOfMiddle(ground, trial))[index] as Cheat;
      sum = together(sum, await tryOnce(tools, ground, cheat));
    }
    if (sum) trials.push(sum);
  }
  return trials;
}

async function tryOnce(
  { device, checker, claims }: AttackTools,
  ground: Ground,
  cheat: Cheat,
): Promise<Trial> {
  const players = await castOf(cheat, device, claims);
  const run = await PlayedRun.start(ground.job, ground.boxes, players, { checker });
  try {
    await run.span(SPAN_STEPS);
    const isLiar = (shard: number | undefined) => shard !== undefined && cheat.liars.includes(shard);
    const found = run.found.some(({ shard, other }) => isLiar(shard) || isLiar(other));
    const blamed = run.found.some(({ kind, shard }) => kind === 'found out' && !isLiar(shard));
    const changed = (await changeOf(run, ground.job, device)) > CHANGED;
    return {
      name: cheat.name,
      tried: 1,
      found: Number(found),
      blamed: Number(blamed),
      changed: Number(changed),
      changedFound: Number(changed && found),
    };
  } finally {
    await run.close();
  }
}

/** How far the brick that is farthest off is from what an honest peer makes of the same start and halos, over its norm. */
async function changeOf(run: PlayedRun, job: Job, { engine }: Device): Promise<number> {
  const { span, evidence } = await run.lastSpan(LIAR, SPAN_STEPS);
  const objects = { get: async () => undefined };
  const honest = await replay({ engine, objects }, job, span, { kind: 'initial' }, evidence.received);
  return worstBrick(job, span, evidence.outcome?.end as Float32Array, honest);
}

function worstBrick(job: Job, span: Span, shown: Float32Array, { end }: Outcome): number {
  let [offset, worst] = [0, 0];
  for (const brick of bricksOf(job.grid, boxOfSpan(span))) {
    const size = stateSlabs(job, brickBox(job.grid, brick)).reduce((sum, { box }) => sum + cellCount(box), 0);
    const [a, b] = [shown.subarray(offset, offset + size), end.subarray(offset, offset + size)];
    const apart = Math.hypot(...a.map((value, i) => value - (b[i] as number)));
    worst = Math.max(worst, Number.isFinite(apart) ? apart / Math.hypot(...b) : Number.POSITIVE_INFINITY);
    offset += size;
  }
  return worst;
}

function together(sum: Trial | undefined, one: Trial): Trial {
  if (!sum) return one;
  return {
    name: sum.name,
    tried: sum.tried + one.tried,
    found: sum.found + one.found,
    blamed: sum.blamed + one.blamed,
    changed: sum.changed + one.changed,
    changedFound: sum.changedFound + one.changedFound,
  };
}
