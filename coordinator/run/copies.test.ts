import { expect, test } from 'vitest';
import { checkJob } from '../../core/job/check.js';
import type { Plan } from '../../core/protocol/plan.js';
import { Copies } from './copies.js';

const job = checkJob({
  name: 'copies',
  model: 'wave',
  grid: { shape: [30, 10, 10], spacing: 1, brick: 10 },
  time: { steps: 100, courant: 0.5 },
  parameters: { speed: 1 },
});

const peers = ['anna', 'bert', 'carl'];
const plan: Plan = {
  id: 3,
  job: 'copies-1',
  from: 0,
  source: { kind: 'initial' },
  exchangeEvery: 4,
  epoch: 8,
  shards: peers.map((peer, z) => ({ peer, box: { lo: [10 * z, 0, 0], hi: [10 * z + 10, 10, 10] } })),
};
const everybody = () => true;
const without = (gone: string) => (peer: string) => peer !== gone;

/** Copies as of step 8, of which each owner and each buddy has told. */
function wholeCopies(readSeconds = 0): Copies {
  const copies = new Copies(job);
  copies.begin(8, plan, 1_000);
  for (const shard of [0, 1, 2]) {
    copies.copied(peers[shard] as string, word(shard, readSeconds));
    copies.copied(peers[(shard + 1) % 3] as string, word(shard));
  }
  return copies;
}

const word = (shard: number, seconds = 0) => ({ type: 'copied', plan: 3, step: 8, shard, seconds }) as const;

test('copies count once owners and buddies have all of them', () => {
  const copies = new Copies(job);
  copies.begin(8, plan, 0);
  for (const shard of [0, 1, 2]) copies.copied(peers[shard] as string, word(shard));
  // Carl is the buddy of shard 1 alone.
  copies.copied('carl', word(0));
  expect(copies.held(everybody)).toBeUndefined();
  expect(copies.underWay(3)).toEqual({ step: 8 });
  expect(wholeCopies().held(everybody)).toEqual({
    step: 8,
    source: { kind: 'copies', plan: 3, shards: plan.shards },
  });
});

test('the buddy stands in for a peer that is gone; a shard of which both are gone is lost', () => {
  const copies = wholeCopies();
  expect(copies.held(without('bert'))?.source.shards.map(({ peer }) => peer)).toEqual([
    'anna',
    'carl',
    'carl',
  ]);
  expect(copies.held((peer) => peer === 'anna')).toBeUndefined();
});

test('the next ones are made a second after, or later where they cost more, and name those that count until then', () => {
  expect(wholeCopies().isDue(plan, 1_999)).toBe(false);
  expect(wholeCopies().isDue(plan, 2_000)).toBe(true);
  expect(wholeCopies(0.2).isDue(plan, 4_999)).toBe(false);
  const copies = wholeCopies(0.2);
  expect(copies.isDue(plan, 5_000)).toBe(true);
  copies.begin(16, plan, 5_000);
  expect(copies.underWay(3)).toEqual({ step: 16, keeping: { plan: 3, step: 8 } });
  expect(copies.underWay(4)).toBeUndefined();
  copies.giveUp();
  expect(copies.held(everybody)?.step).toBe(8);
});

test('one peer alone has nobody to keep a copy for it, and what is too large is not copied', () => {
  const copies = new Copies(job);
  expect(copies.isDue({ ...plan, shards: plan.shards.slice(0, 1) }, 0)).toBe(false);
  const huge = { lo: [0, 0, 0], hi: [1_000, 1_000, 1_000] } as const;
  expect(copies.isDue({ ...plan, shards: plan.shards.map(({ peer }) => ({ peer, box: huge })) }, 0)).toBe(
    false,
  );
});
