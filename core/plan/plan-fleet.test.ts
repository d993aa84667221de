import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boxOfShape, cellCount } from '../grid/box.js';
import { candidateOf } from './candidate.js';
import { anyFleet, fleetOf, link, MBIT, peer, waveWork } from './fleet.suite.js';
import { nearGroups } from './groups.js';
import { planFleet, settingOf } from './plan-fleet.js';
import { gainOfOneMore } from './uses.js';

const work = waveWork(64, 8);
const options = { overlap: 'none', use: 'fastest' } as const;

describe('a plan', () => {
  it('is never slower than the fastest peer alone, and covers the grid', () => {
    fc.assert(
      fc.property(anyFleet(10), (fleet) => {
        const plan = planFleet(work, fleet, options);
        const alone = Math.min(
          ...fleet.peers.map((_, peer) => {
            const single = candidateOf(settingOf(work, fleet, options), [peer], 'quick');
            return single?.cost.secondsPerStep ?? Infinity;
          }),
        );
        expect(plan?.cost.secondsPerStep).toBeLessThanOrEqual(alone);
        expect(plan?.shards.reduce((sum, box) => sum + cellCount(box), 0)).toBe(
          cellCount(boxOfShape(work.grid.shape)),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('is within 5% of the best of all subsets', () => {
    fc.assert(
      fc.property(anyFleet(7), (fleet) => {
        const setting = settingOf(work, fleet, options);
        let best = Infinity;
        for (let chosen = 1; chosen < 2 ** fleet.peers.length; chosen++) {
          const members = fleet.peers.map((_, peer) => peer).filter((peer) => (chosen >> peer) & 1);
          best = Math.min(best, candidateOf(setting, members, 'quick')?.cost.secondsPerStep ?? Infinity);
        }
        expect(planFleet(work, fleet, options)?.cost.secondsPerStep).toBeLessThanOrEqual(best * 1.05);
      }),
      { numRuns: 15 },
    );
  });

  it('is the same for the same fleet', () => {
    fc.assert(
      fc.property(anyFleet(8), (fleet) => {
        expect(JSON.stringify(planFleet(work, { ...fleet }, options))).toBe(
          JSON.stringify(planFleet(work, fleet, options)),
        );
      }),
      { numRuns: 10 },
    );
  });

  it('has every peer that can hold a brick where the job says so, and the depth the job fixes', () => {
    const fleet = fleetOf([1e9, 1e6, { memory: 100 }], { roundTrip: 0.1 });
    const plan = planFleet(work, fleet, { ...options, use: 'all', exchangeEvery: 4 });
    expect(plan?.members).toEqual([0, 1]);
    expect(plan?.pace).toMatchObject({ exchangeEvery: 4, epoch: 8 });
  });

  it('holds a job that fits no single peer on several, as full as they may be', () => {
    const half = (64 ** 3 * 8) / 2;
    const plan = planFleet(
      work,
      fleetOf([
        { rate: 1e9, memory: half * 1.3 },
        { rate: 1e6, memory: half * 1.6 },
      ]),
      options,
    );
    expect(plan?.members).toEqual([0, 1]);
    expect(plan?.cost.peers[0]?.memory).toBeLessThanOrEqual(half * 1.3);
    expect(planFleet(work, fleetOf([{ memory: half }, { memory: half * 0.9 }]), options)).toBeUndefined();
    expect(planFleet(work, fleetOf([]), options)).toBeUndefined();
  });
});

describe('why a peer is used as it is', () => {
  it('is said of each', () => {
    const near = fleetOf([1e8, 1e8, 1e3, { memory: 1000 }, { rate: 1e8, up: 100, down: 100 }]);
    const kinds = planFleet(work, near, options)?.uses.map(({ kind }) => kind);
    expect(kinds).toEqual(['shard', 'shard', 'too-slow', 'memory', 'link-too-slow']);
  });

  it('of a peer too slow, with the times that show it', () => {
    const [, use] = planFleet(work, fleetOf([1e8, 1e3]), options)?.uses ?? [];
    expect(use).toMatchObject({ kind: 'too-slow', brickSeconds: 0.512 });
  });

  it('of those that could take part and would not make it quicker, that they are extras', () => {
    const crowd = fleetOf(new Array(40).fill({ rate: 1e8, stepSeconds: 0.001 }), { roundTrip: 0.004 });
    const uses = planFleet(work, crowd, options)?.uses ?? [];
    expect(uses.filter(({ kind }) => kind === 'extra').length).toBeGreaterThan(0);
    expect(new Set(uses.map(({ kind }) => kind))).toEqual(new Set(['extra', 'shard']));
  });

  it('one more peer like another adds about its part, or nothing where the way is longer than the work', () => {
    const gain = (fleet: ReturnType<typeof fleetOf>) => {
      const plan = planFleet(work, fleet, options);
      return plan ? gainOfOneMore(settingOf(work, fleet, options), plan, 0) : Number.NaN;
    };
    const three = gain(fleetOf([1e6, 1e6, 1e6]));
    expect(three).toBeGreaterThan(0.2);
    expect(three).toBeLessThan(0.4);
    expect(gain(fleetOf([1e12]))).toBe(0);
  });

  it('one more than there are bricks adds nothing', () => {
    const two = waveWork(16, 8, { grid: { ...waveWork(16, 8).grid, shape: [16, 8, 8] } });
    const setting = settingOf(two, fleetOf([1e6, 1e6]), options);
    const plan = candidateOf(setting, [0, 1], 'quick');
    expect(plan && gainOfOneMore(setting, plan, 0)).toBe(0);
  });
});

describe('peers near one another', () => {
  const sites = [0, 1, 0, 2, 1, 0, 2, 1];
  const fleet = {
    ...fleetOf(sites.map(() => ({ rate: 1e8, up: 20 * MBIT, down: 100 * MBIT, local: 1000 * MBIT }))),
    link: (a: number, b: number) =>
      sites[a] === sites[b]
        ? { ...link, path: 'local' as const, roundTrip: 0.001 }
        : { ...link, roundTrip: sites[a] === 2 || sites[b] === 2 ? 0.2 : 0.02 },
  };

  it('are one group, and a fleet without structure is one', () => {
    expect(nearGroups(fleet).map((group) => group.toSorted())).toEqual(
      expect.arrayContaining([
        [0, 2, 5],
        [1, 4, 7],
        [3, 6],
      ]),
    );
    expect(nearGroups(fleetOf(new Array(5).fill(1), { roundTrip: 0.05 }))).toHaveLength(1);
    expect(nearGroups(fleetOf([]))).toEqual([]);
  });

  it('share a run among them rather than with far ones', () => {
    const { members = [] } = planFleet(waveWork(96, 8), fleet, options) ?? {};
    expect(new Set(members.map((member) => sites[member])).size).toBe(1);
    expect(members).toHaveLength(3);
  });

  it('send less over the long way where all of them are needed for their memory', () => {
    const memory = (64 ** 3 * 8) / 8 + 90_000;
    const tight = { ...fleet, peers: fleet.peers.map((own) => ({ ...peer, ...own, memory })) };
    const setting = settingOf(work, tight, { ...options, exchangeEvery: 1 });
    const all = sites.map((_, member) => member);
    const grouped = candidateOf(setting, all, 'quick')?.cost.secondsPerStep ?? Infinity;
    const scattered = candidateOf({ ...setting, groups: [all] }, all, 'quick')?.cost.secondsPerStep ?? 0;
    expect(grouped).toBeLessThan(scattered);
  });
});
