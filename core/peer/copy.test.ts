import { expect, test } from 'vitest';
import { ProtocolError } from '../errors.js';
import { cellCount } from '../grid/box.js';
import { checkJob } from '../job/check.js';
import { Copies, Copy } from './copy.js';
import { stateParts, stateSlabs } from './load.js';

const job = checkJob({
  name: 'copies',
  model: 'wave',
  components: ['L', 'T'],
  grid: { shape: [40, 50, 60], spacing: 1, brick: 10 },
  time: { steps: 1, courant: 0.5 },
  parameters: { speed: 1 },
});
const box = { lo: [10, 0, 20], hi: [40, 50, 60] } as const;

/** Cells that tell where they belong. */
const arrays = stateSlabs(job, box).map((_, array) =>
  Float32Array.from({ length: cellCount(box) }, (_cell, i) => array * 1e6 + i),
);

test('a copy that has come part by part is the same as the one that was sent', () => {
  const sent = Copy.of(
    job,
    box,
    arrays.map((cells) => [cells.subarray(0, 1000), cells.subarray(1000)]),
  );
  const come = new Copy(job, box);
  for (let part = sent.parts - 1; part >= 0; part--) {
    expect(come.isWhole).toBe(false);
    come.put(part, sent.part(part).slice());
  }
  expect(come.isWhole).toBe(true);
  const inner = { lo: [12, 3, 25], hi: [39, 50, 60] } as const;
  for (const slab of [...stateParts(job, box), ...stateParts(job, inner)]) {
    expect(come.cut(slab)).toEqual(sent.cut(slab));
  }
  const [slab] = stateSlabs(job, { lo: [11, 2, 23], hi: [12, 3, 24] });
  expect(slab && [...come.cut(slab)]).toEqual([(1 * 50 + 2) * 40 + 3]);
});

test('a part that is none of it, or of another length, is refused', () => {
  const copy = new Copy(job, box);
  expect(() => copy.put(copy.parts, new Float32Array(1))).toThrow(ProtocolError);
  expect(() => copy.put(0, new Float32Array(1))).toThrow('has 1 cells where');
});

test('the oldest of too many copies of one shard goes, and all that are not wanted', () => {
  const copies = new Copies();
  const small = { lo: [0, 0, 0], hi: [1, 1, 1] } as const;
  for (const step of [8, 16, 24, 32]) copies.keep({ plan: 1, step, shard: 0 }, new Copy(job, small));
  copies.keep({ plan: 1, step: 8, shard: 1 }, new Copy(job, small));
  expect(copies.of({ plan: 1, step: 8, shard: 0 })).toBeUndefined();
  expect(copies.of({ plan: 1, step: 16, shard: 0 })).toBeDefined();
  expect(copies.of({ plan: 1, step: 8, shard: 1 })).toBeDefined();
  copies.keepOnly([{ plan: 1, step: 32 }]);
  expect(copies.of({ plan: 1, step: 16, shard: 0 })).toBeUndefined();
  expect(copies.of({ plan: 1, step: 8, shard: 1 })).toBeUndefined();
  expect(copies.of({ plan: 1, step: 32, shard: 0 })).toBeDefined();
});
