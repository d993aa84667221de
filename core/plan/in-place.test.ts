import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Box, cellCount, intersect } from '../grid/box.js';
import type { Candidate } from './candidate.js';
import { anyFleet, fleetOf, link, waveWork } from './fleet.suite.js';
import { inPlace, isRearranged } from './in-place.js';
import { planFleet } from './plan-fleet.js';

const work = waveWork(64, 8);
const options = { overlap: 'band', use: 'all' } as const;

const placesOf = ({ members, shards }: Candidate) =>
  new Map(members.map((member, place) => [member, shards[place] as Box]));

/** The same shards, each one peer further. */
function turned(plan: Candidate, by: number): Candidate {
  const { shards } = plan;
  return { ...plan, shards: shards.map((_, place) => shards[(place + by) % shards.length] as Box) };
}

function cellsMoved(from: ReadonlyMap<number, Box>, to: Candidate): number {
  return to.members.reduce((moved, member, place) => {
    const [before, after] = [from.get(member), to.shards[place] as Box];
    return moved + cellCount(after) - (before ? cellCount(intersect(before, after)) : 0);
  }, 0);
}

describe('a plan that follows another', () => {
  it('leaves each of alike peers what it has, though links scatter by a fifth', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 16 }),
        fc.integer({ min: 1, max: 15 }),
        fc.array(fc.double({ min: 0.8, max: 1.2, noNaN: true }), { minLength: 32, maxLength: 32 }),
        (count, by, noise) => {
          const scattered = (base: number, a: number, b: number) =>
            base * (noise[(7 * a + 7 * b + a * b) % 32] as number);
          const fleet = {
            ...fleetOf(new Array(count).fill(1e8)),
            link: (a: number, b: number) => ({
              ...link,
              roundTrip: scattered(0.05, a, b),
              rate: scattered(2.5e6, a + 1, b + 1),
            }),
          };
          const plan = planFleet(work, fleet, options) as Candidate;
          const next = turned(plan, by % count);
          expect(inPlace({ work, fleet }, placesOf(plan), next).shards).toEqual(plan.shards);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('moves no more cells than what was planned, and has the same shards', () => {
    fc.assert(
      fc.property(anyFleet(8), anyFleet(8), (before, fleet) => {
        const held = placesOf(planFleet(work, before, options) as Candidate);
        const next = planFleet(work, fleet, options) as Candidate;
        const kept = inPlace({ work, fleet }, held, next);
        expect(isRearranged(kept, next)).toBe(true);
        expect(cellsMoved(held, kept)).toBeLessThanOrEqual(cellsMoved(held, next));
      }),
      { numRuns: 30 },
    );
  });

  it('has peers of two places change shards where that brings near ones together', () => {
    const fleet = {
      ...fleetOf(new Array(4).fill(1e8)),
      link: (a: number, b: number) => ({ ...link, roundTrip: a % 2 === b % 2 ? 0.001 : 0.2, rate: 1e8 }),
    };
    const near = planFleet(work, fleet, { ...options, exchangeEvery: 1 }) as Candidate;
    const mixed = turned(near, 1);
    const chosen = inPlace({ work, fleet }, placesOf(mixed), near);
    expect(chosen.cost.secondsPerStep).toBeLessThanOrEqual(near.cost.secondsPerStep);
  });

  it('gives no slow peer the shard of a fast one, though it has most of it', () => {
    const fleet = fleetOf([1e8, 4e8]);
    const next = planFleet(work, fleet, options) as Candidate;
    const swapped = turned(next, 1);
    expect(inPlace({ work, fleet }, placesOf(swapped), next)).toEqual(next);
  });

  it('is the same, and asks after the members’ links alone, however many strangers there are', () => {
    const base = new Array(4).fill(1e8);
    /** Members have links of 50 and 60 ms: alike among themselves. Of strangers none is known: those are short. */
    const among = (count: number) => {
      const asked = new Set<number>();
      const fleet = {
        ...fleetOf([...base, ...new Array(count).fill(1e8)]),
        link: (a: number, b: number) => {
          asked.add(a).add(b);
          const roundTrip = Math.max(a, b) > 3 ? 0.005 : (a + b) % 2 === 0 ? 0.04 : 0.06;
          return { ...link, roundTrip, rate: 1e8 };
        },
      };
      return { fleet, asked };
    };
    const plan = planFleet(work, among(0).fleet, { ...options, exchangeEvery: 1 }) as Candidate;
    const { fleet, asked } = among(40);
    const kept = inPlace({ work, fleet }, placesOf(plan), turned(plan, 1));
    expect(kept.shards).toEqual(plan.shards);
    expect([...asked].toSorted()).toEqual([0, 1, 2, 3]);
  });

  it('is as planned where nobody has anything', () => {
    const next = planFleet(work, fleetOf([1e8, 2e8]), options) as Candidate;
    expect(inPlace({ work, fleet: fleetOf([1e8, 2e8]) }, new Map(), next)).toBe(next);
  });
});
