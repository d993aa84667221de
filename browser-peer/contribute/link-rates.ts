import type { TransportStats } from '../../core/links/transport.js';
import type { PeerId } from '../../core/protocol/plan.js';
import { RateMeter } from '../../core/protocol/rate-meter.js';

const WINDOW_SECONDS = 5;

/** How much goes over each link now, from what it has carried in all. */
export class LinkRates {
  readonly #links = new Map<PeerId, { readonly meter: RateMeter; carried: number }>();

  /** Bytes a second, both ways together. `at` in seconds of any clock. */
  of(peer: PeerId, { bytesSent, bytesReceived }: TransportStats, at: number): number {
    const link = this.#links.get(peer) ?? { meter: new RateMeter(WINDOW_SECONDS), carried: 0 };
    this.#links.set(peer, link);
    const carried = bytesSent + bytesReceived;
    // A link that was made anew begins at nothing.
    link.meter.add(at, Math.max(0, carried - link.carried));
    link.carried = carried;
    return link.meter.rate(at);
  }
}
