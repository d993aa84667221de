import { expect, test } from 'vitest';
import { axesOfSweep, memberOf } from './member.js';
import type { StoredArray, StoredBox } from './stored-result.js';

const asked: StoredBox[] = [];
const array: StoredArray = {
  name: 'psi',
  path: 'end/psi',
  type: 'float32',
  shape: [2, 3, 1, 4, 5],
  chunk: [1, 1, 1, 4, 5],
  dimensions: ['speed', 'width', 'step', 'y', 'x'],
  attributes: {},
  async read(box) {
    asked.push(box);
    return new Float32Array();
  },
};

test('a member of a sweep is an array of its own', async () => {
  const member = memberOf(array, 4);
  expect(member).toMatchObject({ shape: [1, 4, 5], dimensions: ['step', 'y', 'x'] });
  await member.read([[0, 1]]);
  expect(asked).toEqual([
    [
      [1, 2],
      [1, 2],
      [0, 1],
    ],
  ]);
});

test('it has to be said which, and there has to be one', () => {
  expect(() => memberOf(array, undefined)).toThrow(/has 6 members: say which/);
  expect(() => memberOf(array, 6)).toThrow(/has no member 6: it has 0 to 5/);
});

test('the result of one job is its only member', () => {
  const alone = { ...array, shape: [1, 4, 5], chunk: [1, 4, 5], dimensions: ['time', 'y', 'x'] };
  expect(axesOfSweep(alone)).toBe(0);
  expect(memberOf(alone, undefined).shape).toEqual([1, 4, 5]);
});
