import { describe, expect, it } from 'vitest';
import type { Member } from '../../core/plan/member-schedule.js';
import { seeded } from './random.js';
import { type SweepPeer, simulateSweep } from './sweep-simulation.js';

const membersOf = (count: number, sigma = 0): Member[] => {
  const random = seeded(3);
  return Array.from({ length: count }, (_, i) => ({ id: `${i}`, updates: random.lognormal(1e9, sigma) }));
};
const fleet = (count: number, sigma: number, more: Partial<SweepPeer> = {}): SweepPeer[] => {
  const random = seeded(5);
  return Array.from({ length: count }, () => ({
    rate: random.lognormal(2e8, sigma),
    roundTrip: 0.05,
    ...more,
  }));
};
const ideal = (members: readonly Member[], peers: readonly SweepPeer[]) =>
  members.reduce((sum, { updates }) => sum + updates, 0) / peers.reduce((sum, { rate }) => sum + rate, 0);

describe('a sweep of 1,000 members', () => {
  it.each([
    { what: 'alike, on peers a hundredfold apart', members: membersOf(1000), peers: fleet(20, 1.2) },
    {
      what: 'of all sizes, on peers a hundredfold apart',
      members: membersOf(1000, 1),
      peers: fleet(20, 1.2),
    },
    { what: 'on equal peers', members: membersOf(1000), peers: fleet(16, 0) },
    { what: 'on peers far away', members: membersOf(1000), peers: fleet(20, 1, { roundTrip: 0.3 }) },
  ])('$what keeps every peer busy to the end', ({ members, peers }) => {
    expect(simulateSweep(members, peers, seeded(1), 0.03) / ideal(members, peers)).toBeLessThanOrEqual(1.05);
  });

  it('is finished by those who stay where others vanish', () => {
    const members = membersOf(1000);
    const peers = fleet(20, 0.5).map((peer, i) => (i % 4 === 0 ? { ...peer, leaves: 20 + i } : peer));
    const staying = peers.filter(({ leaves }) => leaves === undefined);
    const seconds = simulateSweep(members, peers, seeded(1), 0.03);
    expect(seconds).toBeGreaterThan(ideal(members, peers));
    expect(seconds).toBeLessThan(ideal(members, staying) * 1.05);
  });
});

it('is not held up by a peer that would be done last', () => {
  const members = membersOf(2);
  const peers = [
    { rate: 1e8, roundTrip: 0 },
    { rate: 2e6, roundTrip: 0 },
  ];
  expect(simulateSweep(members, peers, seeded(1), 0)).toBeCloseTo(20, 6);
});
