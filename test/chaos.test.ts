import { expect, test } from 'vitest';
import { chaos } from './chaos/coordinator.js';

test('eight kill -9 of the coordinator at random moments: seals only grow, nothing unsealed is final, every bit is right', async () => {
  expect(await chaos(8)).toMatchObject({ kills: 8, differingBits: 0, faults: [] });
});
