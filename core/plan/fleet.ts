/** What is known of a peer, measured where it has been. */
export interface PeerPerformance {
  /** Updates of one component's cells in a second, beside what taking the cells from memory takes. */
  readonly rate: number;
  /** Updates that take as long as taking a cell from memory once, which a sweep of several steps does. */
  readonly sweepUpdates: number;
  /** Seconds that each step takes beside its cells: starting kernels, waking workers. */
  readonly stepSeconds: number;
  /** Seconds that each exchange takes beside its bytes: reading the device and writing it, waking workers. */
  readonly exchangeSeconds: number;
  /** Bytes that a shard and its halo may hold. */
  readonly memory: number;
  /** Bytes a second to and from peers of its own network, all of them together, each way. */
  readonly local: number;
  /** Bytes a second to all peers beyond its own network together. */
  readonly up: number;
  /** The same from them. */
  readonly down: number;
  /** Seconds from the coordinator and back. */
  readonly coordinatorRoundTrip: number;
}

/**
 * How a link runs. `local`: within one network, past both uplinks. `direct`: through the uplinks. `relay`: through the
 * coordinator besides.
 */
export type LinkPath = 'local' | 'direct' | 'relay';

/** What is known of the way between two peers, the same in both directions. */
export interface LinkPerformance {
  readonly path: LinkPath;
  /** Seconds there and back, of a message that takes no time to send. */
  readonly roundTrip: number;
  /** Bytes a second, each way, of this link by itself. */
  readonly rate: number;
  /** Seconds that each message takes on either side beside its bytes. */
  readonly messageSeconds: number;
}

/** Peers are known by their place in `peers`. */
export interface Fleet {
  readonly peers: readonly PeerPerformance[];
  /** Of two different peers, in either order. */
  readonly link: (a: number, b: number) => LinkPerformance;
  /** Bytes a second that the coordinator relays, all links together, each way. */
  readonly relayRate: number;
  /** Whether shards have shadows. */
  readonly isShadowed?: boolean;
}

/** The peers at `members`, as a fleet of their own. */
export function partOf(fleet: Fleet, members: readonly number[]): Fleet {
  return {
    ...fleet,
    peers: members.map((peer) => fleet.peers[peer] as PeerPerformance),
    link: (a, b) => fleet.link(members[a] as number, members[b] as number),
  };
}
