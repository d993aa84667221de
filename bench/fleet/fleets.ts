import type { Fleet, LinkPerformance, PeerPerformance } from '../../core/plan/fleet.js';
import { CALIBRATION } from './calibration.js';
import type { Random } from './random.js';

/**
 * `homes`: each peer behind its own uplink. `labs`: a few sites of several workstations each. `cloud`: one data centre.
 * `mixed`: homes, labs and a few nodes of a data centre.
 */
export type FleetKind = 'homes' | 'labs' | 'cloud' | 'mixed';

type PeerKind = 'home' | 'lab' | 'cloud';

interface Site {
  readonly kind: PeerKind;
  /** On a plane of 1 by 1. */
  readonly x: number;
  readonly y: number;
  /** Bytes a second. */
  readonly up: number;
  readonly down: number;
  readonly local: number;
}

const LABS = 3;

/** A fleet of `size` peers. */
export function drawFleet(random: Random, kind: FleetKind, size: number): Fleet {
  const cloud = siteOf(random, 'cloud');
  const labs = Array.from({ length: LABS }, () => siteOf(random, 'lab'));
  const sites = Array.from({ length: size }, () => {
    const peerKind = kind === 'mixed' ? anyKind(random) : PEERS[kind];
    if (peerKind === 'cloud') return cloud;
    if (peerKind === 'lab') return labs[Math.floor(random.uniform() * LABS)] as Site;
    return siteOf(random, 'home');
  });
  return {
    peers: sites.map((site): PeerPerformance => {
      const { rate, sigma } = RATES[site.kind];
      return {
        rate: random.lognormal(rate, sigma),
        sweepUpdates: 0,
        stepSeconds: CALIBRATION.stepSeconds,
        exchangeSeconds: CALIBRATION.exchangeSeconds,
        memory: CALIBRATION.memory,
        local: site.local,
        up: site.up,
        down: site.down,
        coordinatorRoundTrip: wayBetween(site, cloud),
      };
    }),
    link: (a, b) => linkBetween(sites[a] as Site, sites[b] as Site),
    relayRate: CALIBRATION.relay / 8,
  };
}

const PEERS = { homes: 'home', labs: 'lab', cloud: 'cloud' } as const;
const RATES = { home: CALIBRATION.volunteer, lab: CALIBRATION.workstation, cloud: CALIBRATION.cloud };

function anyKind(random: Random): PeerKind {
  const drawn = random.uniform();
  return drawn < 0.5 ? 'home' : drawn < 0.85 ? 'lab' : 'cloud';
}

function siteOf(random: Random, kind: PeerKind): Site {
  const { median, sigma, downlinks } = CALIBRATION.homeUplink;
  const place = { kind, x: random.uniform(), y: random.uniform() };
  if (kind === 'cloud') {
    const rate = CALIBRATION.cloudNetwork / 8;
    return { ...place, up: rate, down: rate, local: rate };
  }
  const local = CALIBRATION.lan / 8;
  if (kind === 'lab') return { ...place, up: local, down: local, local };
  const up = random.lognormal(median, sigma) / 8;
  return { ...place, up, down: up * downlinks, local };
}

function linkBetween(a: Site, b: Site): LinkPerformance {
  return {
    path: a === b ? 'local' : 'direct',
    roundTrip: wayBetween(a, b),
    rate: CALIBRATION.channel / 8,
    messageSeconds: CALIBRATION.messageSeconds,
  };
}

function wayBetween(a: Site, b: Site): number {
  const { local, cloud, access, across } = CALIBRATION.roundTrip;
  if (a === b) return a.kind === 'cloud' ? cloud : local;
  const homes = [a, b].filter(({ kind }) => kind === 'home').length;
  return homes * access + across * Math.hypot(a.x - b.x, a.y - b.y);
}
