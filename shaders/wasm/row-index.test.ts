import { expect, test } from 'vitest';
import { RowIndex } from './row-index.js';

test('items are found by their row, in the order in which they were bound', () => {
  const bound = [
    [3, 7],
    [1, 5],
    [3, 2],
    [1, 5],
  ] as const;
  const index = new RowIndex(5, (bind) => {
    for (const [row, item] of bound) bind(row, item);
  });
  const itemsOf = (row: number) => {
    const places = Array.from({ length: index.startOf(row + 1) - index.startOf(row) }, (_, place) => place);
    return places.map((place) => index.item(index.startOf(row) + place));
  };
  expect([0, 1, 2, 3, 4].map(itemsOf)).toEqual([[], [5, 5], [], [7, 2], []]);
  expect(index.hasAny(0, 1)).toBe(false);
  expect(index.hasAny(0, 2)).toBe(true);
  expect(index.hasAny(2, 3)).toBe(false);
  expect(index.hasAny(2, 5)).toBe(true);
});
