import type { LinkPath, LinkPerformance, PeerPerformance } from './fleet.js';
import type { Updates } from './updates.js';

/** What holds a peer, or a run, up. */
export type Limit = 'compute' | 'latency' | 'bandwidth' | 'grants';

/** One peer's part, for k steps; times and bytes are added up as its links are gone through. */
export class Part {
  readonly sent: Record<LinkPath, number> = { local: 0, direct: 0, relay: 0 };
  readonly received: Record<LinkPath, number> = { local: 0, direct: 0, relay: 0 };
  neighbours = 0;
  /** Sum over the neighbours of the seconds for k steps with each. */
  waits = 0;
  /** Seconds for k steps, as far as is known. */
  seconds: number;
  limit: Limit = 'compute';

  constructor(
    readonly peer: PeerPerformance,
    readonly updates: Updates,
    readonly compute: number,
    readonly band: number,
    readonly memory: number,
  ) {
    this.seconds = compute;
  }

  raise(seconds: number, limit: Limit): void {
    if (seconds <= this.seconds) return;
    this.seconds = seconds;
    this.limit = limit;
  }
}

export function send(from: Part, to: Part, path: LinkPath, bytes: number): void {
  from.sent[path] += bytes;
  to.received[path] += bytes;
}

/** Seconds for k steps that a peer's own network is busy: sending beyond it, receiving from there, and within it. */
export function busyIn({ peer, sent, received }: Part): [up: number, down: number, local: number] {
  return [
    (sent.direct + sent.relay) / peer.up,
    (received.direct + received.relay) / peer.down,
    Math.max(sent.local, received.local) / peer.local,
  ];
}

/** Seconds that a halo takes to come in once it is on its way: all that a peer sends at once shares its uplink. */
export function secondsFor(from: Part, to: Part, { path, rate }: LinkPerformance, bytes: number): number {
  if (bytes === 0) return 0;
  const [up, , localFrom] = busyIn(from);
  const [, down, localTo] = busyIn(to);
  const shared = path === 'local' ? Math.max(localFrom, localTo) : Math.max(up, down);
  return Math.max(bytes / rate, shared);
}
