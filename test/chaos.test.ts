import { expect, test } from 'vitest';
import { chaos } from './chaos/coordinator.js';
import { chaos as disturb } from './chaos/fleet.js';

test('eight kill -9 of the coordinator at random moments: seals only grow, nothing unsealed is final, every bit is right', async () => {
  expect(await chaos(8)).toMatchObject({ kills: 8, differingBits: 0, faults: [] });
});

test('a peer joins, is killed, leaves, stands still, is slow, is a tab that is closed, and the coordinator dies: every bit is right', async () => {
  const report = await disturb(7);
  expect(report).toMatchObject({ differingBits: 0 });
  expect(Object.keys(report.disturbances)).toHaveLength(7);
});
