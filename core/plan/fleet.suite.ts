import fc from 'fast-check';
import type { Triple } from '../grid/box.js';
import type { Fleet, LinkPerformance, PeerPerformance } from './fleet.js';
import type { Work } from './work.js';

/** A wave with fixed edges on a cube of `edge` cells a side; of the halo, the level before goes one layer less deep. */
export function waveWork(edge: number, brick: number, more: Partial<Work> = {}): Work {
  return {
    grid: {
      shape: [edge, edge, edge],
      dimensions: 3,
      brick: [brick, brick, brick],
      periodic: [false, false, false],
    },
    updatable: { lo: [1, 1, 1], hi: new Array(3).fill(edge - 1) as unknown as Triple },
    radius: 1,
    updatesOfCell: 1,
    bytesHeld: 8,
    bytesDeep: 4,
    bytesShallow: 4,
    longestEpoch: brick,
    ...more,
  };
}

/** A peer whose network costs nothing. */
export const peer: PeerPerformance = {
  rate: 1e8,
  sweepUpdates: 0,
  stepSeconds: 0,
  exchangeSeconds: 0,
  memory: Infinity,
  local: Infinity,
  up: Infinity,
  down: Infinity,
  coordinatorRoundTrip: 0,
};

/** A link that costs nothing. */
export const link: LinkPerformance = { path: 'direct', roundTrip: 0, rate: Infinity, messageSeconds: 0 };

/** Peers of such rates or other differences from `peer`, every link between them the same. */
export function fleetOf(
  peers: readonly (number | Partial<PeerPerformance>)[],
  links: Partial<LinkPerformance> = {},
): Fleet {
  const between = { ...link, ...links };
  return {
    peers: peers.map((own) => ({ ...peer, ...(typeof own === 'number' ? { rate: own } : own) })),
    link: () => between,
    relayRate: Infinity,
  };
}

/** 1 Mbit/s in bytes a second. */
export const MBIT = 1e6 / 8;

/** Fleets of peers a hundredfold apart, some of them near one another. */
export const anyFleet = (most: number): fc.Arbitrary<Fleet> =>
  fc
    .array(
      fc.record({
        rate: fc.integer({ min: 1, max: 100 }).map((speed) => speed * 1e7),
        uplink: fc.constantFrom(10, 50, 1000),
        site: fc.constantFrom(0, 0, 1, 2),
      }),
      { minLength: 1, maxLength: most },
    )
    .map((members) => ({
      peers: members.map(({ rate, uplink }) => ({
        ...peer,
        rate,
        stepSeconds: 1e-4,
        exchangeSeconds: 0,
        up: uplink * MBIT,
        down: 5 * uplink * MBIT,
        local: 1000 * MBIT,
        coordinatorRoundTrip: 0.05,
      })),
      link: (a, b) =>
        members[a]?.site === members[b]?.site
          ? { path: 'local', roundTrip: 0.001, rate: 1000 * MBIT, messageSeconds: 1e-4 }
          : { path: 'direct', roundTrip: 0.06, rate: 100 * MBIT, messageSeconds: 1e-4 },
      relayRate: 100 * MBIT,
    }));
