import type { Fleet, PeerPerformance } from './fleet.js';

/**
 * The fleet as a run sees it whose shards have shadows: a pair is as quick as the slower of the two, holds what both can hold, and
 * each halo leaves twice. `shadows`: by the peers' places.
 */
export function shadowedFleet(fleet: Fleet, shadows: readonly (PeerPerformance | undefined)[]): Fleet {
  const peers = fleet.peers.map((peer, place) => pairOf(peer, shadows[place]));
  return { ...fleet, peers, isShadowed: true };
}

function pairOf(peer: PeerPerformance, shadow: PeerPerformance | undefined): PeerPerformance {
  const twice = { ...peer, up: peer.up / 2, local: peer.local / 2 };
  if (!shadow) return twice;
  return {
    ...twice,
    rate: Math.min(peer.rate, shadow.rate),
    stepSeconds: Math.max(peer.stepSeconds, shadow.stepSeconds),
    exchangeSeconds: Math.max(peer.exchangeSeconds, shadow.exchangeSeconds),
    memory: Math.min(peer.memory, shadow.memory),
    down: Math.min(peer.down, shadow.down),
    coordinatorRoundTrip: Math.max(peer.coordinatorRoundTrip, shadow.coordinatorRoundTrip),
  };
}
