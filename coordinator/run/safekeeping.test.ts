import { beforeEach, expect, test } from 'vitest';
import { boxOfShape } from '../../core/grid/box.js';
import { checkJob } from '../../core/job/check.js';
import type { Plan } from '../../core/protocol/plan.js';
import { BRICK_DIGEST_BYTES } from '../../core/trust/statement/digest-size.js';
import { memoryStore } from '../results/sample.fixture.js';
import type { ToldCheckpoint } from '../trust/told-checkpoint.js';
import { Safekeeping } from './safekeeping.js';

/** Two bricks. */
const job = checkJob({
  name: 'kept',
  model: 'wave',
  grid: { shape: [16, 8, 8], spacing: 1, brick: 8 },
  time: { steps: 800, courant: 0.5 },
  parameters: { speed: 1 },
});
const box = boxOfShape(job.grid.shape);
const plan: Plan = {
  ...{ id: 1, job: 'kept-1', from: 0, exchangeEvery: 4, epoch: 8, signed: 'spans' },
  source: { kind: 'initial' },
  shards: [{ peer: 'anna', box }],
};

const digest = (of: number) => new Uint8Array(BRICK_DIGEST_BYTES).fill(of);

let signed: Map<number, Uint8Array>;
let safe: Safekeeping;
beforeEach(async () => {
  signed = new Map();
  const flush = async () => {};
  safe = new Safekeeping('kept-1', job, { store: memoryStore(), term: 1, flush, signedFor: () => signed });
  await safe.open();
});

/** Anna tells where both bricks of the checkpoint at a step lie. */
function tells(step: number, bricks: string): ToldCheckpoint | undefined {
  safe.begin(step, plan);
  const name = `${step}-1-1`;
  return safe.checkpointed('anna', box, { type: 'checkpointed', plan: 1, name, first: 0, bricks });
}

test('a seal holds what was signed for its bricks, and those after it are held to that', async () => {
  signed = new Map([0, 1].map((brick) => [brick, digest(brick + 1)]));
  tells(8, 'nn');
  await safe.seal();
  expect(safe.newest?.digests).toEqual(new Uint8Array([...digest(1), ...digest(2)]));
  expect(tells(16, 'sn')?.bricks.map(({ held }) => held)).toEqual([digest(1), undefined]);
});

test('where one brick was signed for too late, the seal says of none what it holds, and nobody is held to zeros', async () => {
  signed = new Map([[0, digest(1)]]);
  tells(8, 'nn');
  await safe.seal();
  expect(safe.newest).toMatchObject({ step: 8, digests: undefined });
  expect(tells(16, 'ss')?.bricks.map(({ place, held }) => [place, held])).toEqual([
    ['8-1-1', undefined],
    ['8-1-1', undefined],
  ]);
});
