import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partition } from '../grid/partition.js';
import { costOf, type Pace } from './cost.js';
import { epochsAhead } from './epochs-ahead.js';
import type { Fleet } from './fleet.js';
import { anyFleet, fleetOf, waveWork } from './fleet.suite.js';

const every = (exchangeEvery: number, more: Partial<Pace> = {}): Pace => ({
  exchangeEvery,
  epoch: exchangeEvery,
  overlap: 'none',
  ...more,
});

/** A grid of 128 × 64 × 64, all of it updated, cut into two cubes. */
const work = {
  ...waveWork(64, 16),
  grid: { ...waveWork(64, 16).grid, shape: [128, 64, 64] as const },
  updatable: { lo: [0, 0, 0], hi: [128, 64, 64] } as const,
};
const cubes = [
  { lo: [0, 0, 0], hi: [64, 64, 64] },
  { lo: [64, 0, 0], hi: [128, 64, 64] },
] as const;
const cells = 64 ** 3;
const face = 64 ** 2;

const secondsOf = (fleet: Fleet, pace: Pace) => costOf(work, fleet, cubes, pace).secondsPerStep;

describe('by hand', () => {
  it('one peer alone takes its cells over its rate, and what each step takes beside', () => {
    const whole = [{ lo: [0, 0, 0], hi: [128, 64, 64] }] as const;
    const cost = costOf(work, fleetOf([{ rate: 1e6, stepSeconds: 0.01 }]), whole, every(4));
    expect(cost.secondsPerStep).toBeCloseTo((2 * cells) / 1e6 + 0.01, 12);
    expect(cost).toMatchObject({ bytesPerStep: 0, redundant: 0, limit: 'compute' });
  });

  it('two peers wait half a round trip, a message and its bytes at every step', () => {
    const fleet = fleetOf([1e8, 1e8], { roundTrip: 0.05, rate: 1e6, messageSeconds: 0.002 });
    expect(secondsOf(fleet, every(1))).toBeCloseTo(cells / 1e8 + 0.025 + 0.002 + (4 * face) / 1e6, 12);
  });

  it('four steps deep they wait a quarter as often, ship 7 layers in place of 4, and compute 6 twice', () => {
    const fleet = fleetOf([1e8, 1e8], { roundTrip: 0.05, rate: 1e6 });
    const cost = costOf(work, fleet, cubes, every(4));
    const computing = (4 * cells + 6 * face) / 1e8;
    expect(cost.secondsPerStep).toBeCloseTo((computing + 0.025 + (7 * 4 * face) / 1e6) / 4, 12);
    expect(cost.bytesPerStep).toBeCloseTo((2 * 7 * 4 * face) / 4, 9);
    expect(cost.redundant).toBeCloseTo((6 * face) / (4 * cells + 6 * face), 12);
    expect(cost.peers[0]?.memory).toBe((cells + 4 * face) * 8);
  });

  it('of two that wait for one another, the pace is the mean of both', () => {
    expect(secondsOf(fleetOf([1e8, 0.5e8], { roundTrip: 0.2 }), every(1))).toBeCloseTo(
      (cells / 1e8 + cells / 0.5e8) / 2 + 0.1,
      12,
    );
    expect(secondsOf(fleetOf([1e8, 1e6], { roundTrip: 0.02 }), every(1))).toBeCloseTo(cells / 1e6, 12);
  });

  it('a shard amid others sends its whole surface up one link: 24n² bytes and its edges', () => {
    const thirds = waveWork(96, 32);
    const shards = partition(thirds.grid, new Array(27).fill(1));
    const middle = shards.findIndex(({ lo }) => lo.every((at) => at === 32));
    const { peers } = costOf(thirds, fleetOf(new Array(27).fill(1e9)), shards, every(1));
    const received = 4 * (34 ** 3 - 32 ** 3);
    expect(peers[middle]).toMatchObject({ neighbours: 26, bytesReceived: received });
    const slow = fleetOf(new Array(27).fill({ rate: 1e12, up: 1e6 }));
    const sent = peers[middle]?.bytesSent ?? 0;
    expect(costOf(thirds, slow, shards, every(1)).secondsPerStep).toBeCloseTo(sent / 1e6, 4);
  });

  it('with the band first, a transfer hides behind the inside as long as that takes longer', () => {
    const fleet = fleetOf([1e7, 1e7], { roundTrip: 0.004 });
    const hidden = secondsOf(fleet, every(1, { overlap: 'band' }));
    expect(hidden).toBeCloseTo(cells / 1e7, 12);
    const band = (2 * face) / 1e8;
    const far = fleetOf([1e8, 1e8], { roundTrip: 1 });
    expect(secondsOf(far, every(1, { overlap: 'band' }))).toBeCloseTo(band / 2 + 0.5, 2);
  });

  it('no peer is further ahead than it was granted', () => {
    const fleet = fleetOf([1e12, { rate: 1e12, coordinatorRoundTrip: 0.4 }]);
    const cost = costOf(work, fleet, cubes, every(1, { epoch: 8 }));
    expect(cost.limit).toBe('grants');
    expect(cost.secondsPerStep).toBeCloseTo(0.4 / 8 / cost.epochsAhead, 6);
  });

  it('more epochs are granted ahead where they are short, whatever the way to the coordinator: unless shadows keep what was sent', () => {
    // An epoch takes 5 ms, and the coordinator hears of it 25 ms later.
    const rate = (4 * cells) / 0.005;
    const fleet = fleetOf([rate, { rate, coordinatorRoundTrip: 0.05 }]);
    const epochSeconds = (of: Fleet) => 4 * secondsOf(of, every(1, { epoch: 4 }));
    expect(epochSeconds(fleet)).toBeCloseTo(0.055 / 10, 6);
    expect(epochSeconds({ ...fleet, isShadowed: true })).toBeCloseTo(0.055 / 3, 6);
  });

  it('as many epochs are granted ahead as take 50 ms, of 3 to 10', () => {
    const aheadOf = (seconds: number) => epochsAhead(seconds, false);
    expect([0.5, 0.008, 1e-9].map(aheadOf)).toEqual([3, 7, 10]);
  });

  it('peers of one network do not use their uplinks, relayed ones share the coordinator’s', () => {
    const narrow = [
      { rate: 1e12, up: 1 },
      { rate: 1e12, up: 1 },
    ];
    expect(secondsOf(fleetOf(narrow, { path: 'local' }), every(1))).toBeLessThan(1e-5);
    expect(secondsOf(fleetOf(narrow), every(1))).toBeCloseTo(4 * face, 3);
    const relayed = { ...fleetOf([1e12, 1e12], { path: 'relay' }), relayRate: 1000 };
    expect(secondsOf(relayed, every(1))).toBeCloseTo((2 * 4 * face) / 1000, 6);
  });
});

describe('whatever the fleet', () => {
  const grid = waveWork(48, 8);
  const change: fc.Arbitrary<(fleet: Fleet) => Fleet> = fc.constantFrom(
    (fleet) => ({ ...fleet, peers: fleet.peers.map((peer) => ({ ...peer, rate: peer.rate / 2 })) }),
    (fleet) => ({
      ...fleet,
      peers: fleet.peers.map((peer, i) => (i === 0 ? { ...peer, up: peer.up / 3 } : peer)),
    }),
    (fleet) => ({ ...fleet, peers: fleet.peers.map((peer) => ({ ...peer, stepSeconds: 0.01 })) }),
    (fleet) => ({
      ...fleet,
      link: (a, b) => ({ ...fleet.link(a, b), roundTrip: 0.01 + fleet.link(a, b).roundTrip }),
    }),
    (fleet) => ({ ...fleet, link: (a, b) => ({ ...fleet.link(a, b), rate: fleet.link(a, b).rate / 2 }) }),
  );
  const shardsFor = (fleet: Fleet) =>
    partition(
      grid.grid,
      fleet.peers.map(({ rate }) => rate),
      { effort: 'quick' },
    );
  const pace = fc.record({
    exchangeEvery: fc.constantFrom(1, 2, 4),
    epoch: fc.constant(8),
    overlap: fc.constantFrom('none' as const, 'band' as const),
  });

  it('nothing that gets slower makes the run quicker', () => {
    fc.assert(
      fc.property(anyFleet(8), change, pace, (fleet, slower, pace) => {
        const shards = shardsFor(fleet);
        const before = costOf(grid, fleet, shards, pace).secondsPerStep;
        expect(costOf(grid, slower(fleet), shards, pace).secondsPerStep).toBeGreaterThanOrEqual(before);
      }),
    );
  });

  it('the run goes at the pace of its slowest peer, and no peer is quicker than its own work', () => {
    fc.assert(
      fc.property(anyFleet(8), pace, (fleet, pace) => {
        const cost = costOf(grid, fleet, shardsFor(fleet), pace);
        expect(cost.secondsPerStep).toBe(Math.max(...cost.peers.map(({ stepSeconds }) => stepSeconds)));
        for (const { stepSeconds, computeSeconds, networkSeconds } of cost.peers) {
          expect(stepSeconds).toBeGreaterThanOrEqual(Math.max(computeSeconds, networkSeconds));
        }
        const [sent, received] = ['bytesSent' as const, 'bytesReceived' as const].map((way) =>
          cost.peers.reduce((sum, peer) => sum + peer[way], 0),
        );
        expect(sent).toBeCloseTo(received ?? 0, 6);
      }),
    );
  });

  it('the band first is never slower than sending at the end', () => {
    fc.assert(
      fc.property(anyFleet(8), pace, (fleet, pace) => {
        const seconds = (overlap: Pace['overlap']) =>
          costOf(grid, fleet, shardsFor(fleet), { ...pace, overlap }).secondsPerStep;
        expect(seconds('band')).toBeLessThanOrEqual(seconds('none'));
      }),
    );
  });
});
