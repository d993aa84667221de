import { expect, it } from 'vitest';
import { fleetOf, waveWork } from '../../core/plan/fleet.suite.js';
import { type Churn, simulateLifetime } from './lifetime-simulation.js';
import { seeded } from './random.js';

const work = waveWork(32, 8);
const fleet = fleetOf(new Array(200).fill(1e6), { roundTrip: 0.01 });
const churn: Churn = {
  session: (random) => random.weibull(0.5, 200),
  goodbyes: 0.5,
  detection: 4,
  keptEvery: 30,
  probation: 0,
  lookEvery: 60,
};
const live = (more: Partial<Churn> = {}, seed = 1) =>
  simulateLifetime(
    work,
    fleet,
    8,
    1800,
    { ...churn, ...more },
    { overlap: 'none', use: 'fastest' },
    seeded(seed),
  );

it('a run whose peers stay makes all its steps under one plan', () => {
  expect(live({ session: () => 1e9 })).toEqual({
    progress: 1,
    plans: 1,
    deaths: 0,
    planBytes: expect.any(Number),
  });
});

it('a run is as far as its peers let it: deaths cost more than goodbyes, and less where state is kept often', () => {
  const deaths = live({ goodbyes: 0 });
  expect(deaths.deaths).toBeGreaterThan(10);
  expect(deaths.progress).toBeGreaterThan(0.1);
  expect(live({ goodbyes: 1 }).progress).toBeGreaterThan(deaths.progress);
  expect(live({ goodbyes: 0, keptEvery: 2 }).progress).toBeGreaterThan(deaths.progress);
  expect(live({ goodbyes: 1 }).deaths).toBe(0);
});

it('who has stayed for a while stays: a run that lets newcomers wait dies less often', () => {
  expect(live({ probation: 120 }).deaths).toBeLessThan(live().deaths);
});

it('is the same with the same seed', () => {
  expect(live()).toEqual(live());
  expect(live({}, 2)).not.toEqual(live());
});
