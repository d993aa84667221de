import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyFleet, timesCovered } from './arbitrary.suite.js';
import { type Box, contains } from './box.js';
import { mostShards, partition } from './partition.js';
import { transfers } from './transfer.js';

const anyTwoPlans = anyFleet.chain(({ grid, weights }) =>
  fc
    .array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: Math.min(8, mostShards(grid)) })
    .map((others) => ({ before: partition(grid, weights), after: partition(grid, others) })),
);

describe('transfers between two plans', () => {
  it('give each new shard every one of its cells exactly once, from the shard that held it', () => {
    fc.assert(
      fc.property(anyTwoPlans, ({ before, after }) => {
        const moves = transfers(before, after);
        after.forEach((shard, to) => {
          const boxes = moves.filter((move) => move.to === to).map(({ box }) => box);
          expect(timesCovered(shard, boxes)).toEqual([1]);
          expect(boxes.every((box) => contains(shard, box))).toBe(true);
        });
        for (const { from, box } of moves) expect(contains(before[from] as Box, box)).toBe(true);
      }),
    );
  });

  it('take the opposite way back', () => {
    fc.assert(
      fc.property(anyTwoPlans, ({ before, after }) => {
        const there = transfers(before, after).map(({ from, to, box }) => JSON.stringify([from, to, box]));
        const back = transfers(after, before).map(({ from, to, box }) => JSON.stringify([to, from, box]));
        expect(back.sort()).toEqual(there.sort());
      }),
    );
  });

  it('move nothing between peers where the plan stays the same', () => {
    fc.assert(
      fc.property(anyTwoPlans, ({ before }) => {
        expect(transfers(before, before)).toEqual(before.map((box, i) => ({ from: i, to: i, box })));
      }),
    );
  });
});
