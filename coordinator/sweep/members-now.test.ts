import { expect, test } from 'vitest';
import { membersTold } from './members-now.js';

test('each member is told of by a letter, and those on their way and those given up by more', () => {
  const axes = [
    { name: 'speed', field: 'parameters.speed', values: [1, 2] },
    { name: 'depth', field: 'grid.shape[0]', values: [8, 16] },
  ];
  const failed = [{ member: 3, reason: 'diverged' }];
  const told = membersTold(
    { axes, count: 4 },
    { done: new Set([0]), failed, holders: new Map([[2, ['anna', 'bert']]]) },
  );
  expect(told).toEqual({ axes, states: 'd-rf', running: [{ member: 2, peers: ['anna', 'bert'] }], failed });
});
