import { expect, it } from 'vitest';
import { fleetOf, link } from './fleet.suite.js';
import { levelled } from './levelled.js';

it('what lies near the median is the median, and what does not is another thing', () => {
  const trips = [0.04, 0.05, 0.06, 0.05, 0.045, 0.2];
  const fleet = {
    ...fleetOf([1, 1, 1, 1]),
    link: (a: number, b: number) => ({ ...link, roundTrip: trips[a + b] as number, rate: 1e6 * (a + b) }),
  };
  const level = levelled(fleet);
  expect(level.link(0, 1).roundTrip).toBe(0.05);
  expect(level.link(1, 3).roundTrip).toBe(0.05);
  expect(level.link(2, 3).roundTrip).toBe(0.2);
  expect([level.link(0, 1).rate, level.link(1, 2).rate, level.link(2, 3).rate]).toEqual([1e6, 3e6, 5e6]);
  expect(levelled(fleetOf([1])).peers).toHaveLength(1);
});
