import { expect, test } from 'vitest';
import type { ContributorStatus } from '../../core/peer/contributor.js';
import { Tally } from './tally.js';

type Members = Extract<ContributorStatus, { kind: 'members' }>;
const members = (done: number, updates: number): Members => ({
  ...{ kind: 'members', sweep: 'pond', running: [], rate: 0 },
  done,
  updates,
});

test('members of a sweep count when they are done, once, also those of the next sweep', () => {
  const tally = new Tally(undefined);
  for (const status of [members(0, 0), members(1, 100), members(1, 100), members(3, 300)])
    tally.count(status);
  expect(tally.updates).toBe(300);
  for (const status of [members(0, 0), members(1, 50)]) tally.count(status);
  expect(tally.updates).toBe(350);
  tally.count({ kind: 'waiting', reason: 'there is no work' });
  tally.count(members(1, 70));
  expect(tally.updates).toBe(420);
});
