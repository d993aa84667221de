import { LinkError } from '../errors.js';
import type { LinkFigures } from '../plan/known-fleet.js';
import type { PeerId } from '../protocol/plan.js';
import { haveTurn } from './ice-address.js';
import type { Link } from './link.js';
import type { LinkMessage } from './messages.js';
import { Pair, type Patience, USUAL_PATIENCE } from './pair.js';
import type { Signal } from './signal.js';
import { SpareBuffers } from './spare-buffers.js';
import type { ConnectOptions, IceServer, TransportFactory, TransportStats } from './transport.js';

export interface LinksOptions {
  readonly self: PeerId;
  readonly factory: TransportFactory;
  /** The way through the coordinator, where there is one. */
  readonly relay?: (to: PeerId) => TransportFactory;
  /** Those of the moment: their credentials change. */
  readonly iceServers: () => readonly IceServer[];
  /** Whether this side offers; the other must say the opposite. Of two peers the one with the smaller id does, unless this says otherwise. */
  readonly offers?: (peer: PeerId) => boolean;
  readonly kindOf?: (peer: PeerId) => ConnectOptions['remote'];
  /** Carries a signal to another peer, by way of the coordinator. */
  readonly send: (to: PeerId, link: number, data: Signal) => void;
  readonly onMessage: (peer: PeerId, message: LinkMessage) => void;
  /** A link is gone for good; `to` would make another. Not called for links that this side ended. */
  readonly onLost: (peer: PeerId, reason: string) => void;
  readonly patience?: Patience;
}

/** One peer's links to others. Of two peers one offers and the other answers. */
export class Links {
  readonly #options: LinksOptions;
  readonly #pairs = new Map<PeerId, Pair>();
  readonly #spare = new SpareBuffers();
  #closed = false;

  constructor(options: LinksOptions) {
    this.#options = options;
  }

  /**
   * The link to a peer, opened if need be. It stays the same while channels come and go below it.
   * Rejects with LinkError where it cannot be had.
   */
  to(peer: PeerId): Promise<Link> {
    if (this.#closed) return Promise.reject(new LinkError('This peer has closed its links.'));
    if (peer === this.#options.self) return Promise.reject(new LinkError('A peer has no link to itself.'));
    return this.#pair(peer).link();
  }

  /** Takes in what another peer has signalled. What belongs to past attempts is ignored. */
  signalled(from: PeerId, link: number, data: Signal): void {
    if (!this.#closed && from !== this.#options.self) this.#pair(from).signalled(link, data);
  }

  /** Ends, at once, what there is with peers that are no longer in the room. */
  keepOnly(present: { has(peer: PeerId): boolean }): void {
    for (const [peer, pair] of [...this.#pairs]) {
      if (present.has(peer)) continue;
      this.#pairs.delete(peer);
      pair.close('the other side has left');
    }
  }

  /** What the links have carried. */
  stats(): ReadonlyMap<PeerId, TransportStats> {
    const all = [...this.#pairs].flatMap(([peer, { current }]) =>
      current ? [[peer, current.stats()] as const] : [],
    );
    return new Map(all);
  }

  /** What is known of the ways to others, where their round trip has been measured. */
  ways(): ReadonlyMap<PeerId, LinkFigures> {
    const ways = new Map<PeerId, LinkFigures>();
    for (const [peer, { current }] of this.#pairs) {
      const roundTrip = current?.roundTrip;
      if (roundTrip !== undefined) ways.set(peer, { roundTrip, rate: current?.incomingRate });
    }
    return ways;
  }

  /**
   * The caller has no more use for what a message brought; nobody else may have. What no link has brought is left alone. `now`: a view of
   * the same memory, where it has been to another thread.
   */
  giveBack({ buffer }: ArrayBufferView, now: ArrayBufferView = { buffer } as ArrayBufferView): void {
    this.#spare.give(buffer, now.buffer);
  }

  /** Ends all links at once. The factories stay the caller's to close. */
  close(): void {
    this.#closed = true;
    for (const pair of this.#pairs.values()) pair.close('this peer has closed its links');
    this.#pairs.clear();
  }

  #pair(peer: PeerId): Pair {
    const known = this.#pairs.get(peer);
    if (known) return known;
    const { self, factory, relay, iceServers, kindOf, send, onMessage, onLost } = this.#options;
    const { patience = USUAL_PATIENCE } = this.#options;
    const offers = this.#options.offers?.(peer) ?? self < peer;
    const pair = new Pair({
      offers,
      patience,
      spare: this.#spare,
      means: () => ({ turn: haveTurn(iceServers()), relay: relay !== undefined }),
      connect: (route, signal) =>
        (route === 'relay' && relay ? relay(peer) : factory).connect({
          initiator: offers,
          remote: kindOf?.(peer),
          iceServers: iceServers(),
          relayOnly: route === 'turn',
          signal,
        }),
      send: (link, data) => send(peer, link, data),
      onMessage: (message) => onMessage(peer, message),
      onLost: (reason) => onLost(peer, reason),
    });
    this.#pairs.set(peer, pair);
    return pair;
  }
}
