import { LinkError } from '../errors.js';
import { LINK_ATTEMPTS, LINK_OFFER_WAIT_MS, LINK_TIMEOUT_MS } from '../protocol/limits.js';
import type { PeerId } from '../protocol/plan.js';
import { Link } from './link.js';
import type { LinkMessage } from './messages.js';
import { after } from './timer.js';
import type {
  ConnectOptions,
  IceServer,
  SignalData,
  TransportAttempt,
  TransportFactory,
  TransportStats,
} from './transport.js';

export interface LinksOptions {
  readonly self: PeerId;
  readonly factory: TransportFactory;
  readonly iceServers: readonly IceServer[];
  readonly kindOf?: (peer: PeerId) => ConnectOptions['remote'];
  /** Carries a description to another peer, by way of the coordinator. */
  readonly send: (to: PeerId, link: number, data: SignalData) => void;
  readonly onMessage: (peer: PeerId, message: LinkMessage) => void;
  /** An open link broke; `to` would try again. Not called for links that either side ended on purpose. */
  readonly onLost: (peer: PeerId, reason: string) => void;
}

/** A promise in somebody's hands, and the ways to settle it. */
interface Wanted {
  readonly link: Promise<Link>;
  resolve(link: Link): void;
  reject(error: LinkError): void;
}

/** Where the link to one other peer stands. */
type Standing =
  /** We asked; the other side is to offer. `giveUp` is the timer. */
  | { readonly state: 'awaited'; readonly wanted: Wanted; readonly stopTimer: () => void }
  | {
      readonly state: 'opening';
      readonly number: number;
      /** The how-manieth attempt; of the initiator's only. */
      readonly tries: number;
      readonly attempt: TransportAttempt;
      readonly wanted: Wanted;
      readonly stopTimer: () => void;
    }
  | { readonly state: 'open'; readonly link: Link };

/**
 * One peer's links to others. Of two peers the one with the smaller id offers and the other answers, so offers never
 * cross. Each attempt has a number; signals of another attempt than the present one are ignored.
 */
export class Links {
  readonly #standings = new Map<PeerId, Standing>();
  /** The highest link number seen, per peer. It outlives the links. */
  readonly #numbers = new Map<PeerId, number>();
  /** Links that are taking leave: out of use, not yet closed. */
  readonly #retiring = new Set<Link>();
  #closed = false;

  constructor(private readonly options: LinksOptions) {}

  /**
   * The link to a peer, opened if need be. The side that answers waits for an offer.
   * Rejects with LinkError after LINK_ATTEMPTS failures, or LINK_OFFER_WAIT_MS without a link.
   */
  to(peer: PeerId): Promise<Link> {
    if (this.#closed) return Promise.reject(new LinkError('This peer has closed its links.'));
    if (peer === this.options.self) return Promise.reject(new LinkError('A peer has no link to itself.'));
    const standing = this.#standings.get(peer);
    if (standing?.state === 'open') return Promise.resolve(standing.link);
    if (standing) return standing.wanted.link;
    const wanted = newWanted();
    if (this.#offersTo(peer)) this.#offer(peer, wanted, 1);
    else this.#await(peer, wanted);
    return wanted.link;
  }

  /** Takes in a description that another peer sent. Those of past attempts are ignored. */
  signalled(from: PeerId, link: number, data: SignalData): void {
    if (this.#closed || from === this.options.self) return;
    if (data.type === 'offer') {
      if (!this.#offersTo(from) && link > (this.#numbers.get(from) ?? -1)) this.#answer(from, link, data);
      return;
    }
    const standing = this.#standings.get(from);
    if (this.#offersTo(from) && standing?.state === 'opening' && standing.number === link) {
      standing.attempt.signal(data);
    }
  }

  /**
   * Takes leave of every peer not named: they get what has been sent to them and no more. What they still send
   * is still received.
   */
  keepOnly(peers: Iterable<PeerId>): void {
    const kept = new Set(peers);
    for (const [peer, standing] of [...this.#standings]) {
      if (kept.has(peer)) continue;
      this.#standings.delete(peer);
      if (standing.state === 'open') this.#retire(standing.link);
      else abandon(standing, 'no longer wanted');
    }
  }

  /** What the open links have carried. */
  stats(): ReadonlyMap<PeerId, TransportStats> {
    const open = [...this.#standings].flatMap(([peer, standing]) =>
      standing.state === 'open' ? [[peer, standing.link.stats()] as const] : [],
    );
    return new Map(open);
  }

  /** Ends all links at once. The factory stays the caller's to close. */
  close(): void {
    this.#closed = true;
    const standings = [...this.#standings.values()];
    this.#standings.clear();
    for (const standing of standings) {
      if (standing.state === 'open') standing.link.close();
      else abandon(standing, 'this peer has closed its links');
    }
    for (const link of this.#retiring) link.close();
  }

  #offersTo(peer: PeerId): boolean {
    return this.options.self < peer;
  }

  #offer(peer: PeerId, wanted: Wanted, tries: number): void {
    // The clock makes the numbers of a peer that starts again higher than those it used before.
    const number = Math.max((this.#numbers.get(peer) ?? -1) + 1, Date.now());
    this.#begin(peer, number, wanted, tries);
  }

  #answer(peer: PeerId, number: number, offer: SignalData): void {
    const before = this.#standings.get(peer);
    let wanted = newWanted();
    if (before?.state === 'open') {
      this.#retire(before.link);
    } else if (before) {
      before.stopTimer();
      wanted = before.wanted;
      if (before.state === 'opening') before.attempt.abandon('the other side has started again');
    }
    this.#begin(peer, number, wanted, 1).signal(offer);
  }

  #begin(peer: PeerId, number: number, wanted: Wanted, tries: number): TransportAttempt {
    this.#numbers.set(peer, number);
    const attempt = this.options.factory.connect({
      initiator: this.#offersTo(peer),
      remote: this.options.kindOf?.(peer),
      iceServers: this.options.iceServers,
      signal: (data) => {
        if (this.#isCurrent(peer, attempt)) this.options.send(peer, number, data);
      },
    });
    const stopTimer = after(LINK_TIMEOUT_MS, () =>
      attempt.abandon(`no connection within ${LINK_TIMEOUT_MS} ms`),
    );
    this.#standings.set(peer, { state: 'opening', number, tries, attempt, wanted, stopTimer });
    attempt.opened.then(
      (transport) => {
        stopTimer();
        if (!this.#isCurrent(peer, attempt)) {
          transport.close();
          return;
        }
        const link: Link = new Link(transport, {
          onMessage: (message) => this.options.onMessage(peer, message),
          onClose: ({ how, reason }) => {
            this.#retiring.delete(link);
            const standing = this.#standings.get(peer);
            if (standing?.state !== 'open' || standing.link !== link) return;
            this.#standings.delete(peer);
            if (how === 'lost') this.options.onLost(peer, reason);
          },
        });
        this.#standings.set(peer, { state: 'open', link });
        wanted.resolve(link);
      },
      (error: unknown) => {
        stopTimer();
        if (this.#isCurrent(peer, attempt)) this.#failed(peer, wanted, tries, String(error));
      },
    );
    return attempt;
  }

  #failed(peer: PeerId, wanted: Wanted, tries: number, reason: string): void {
    this.#standings.delete(peer);
    if (!this.#offersTo(peer)) {
      this.#await(peer, wanted);
    } else if (tries < LINK_ATTEMPTS) {
      this.#offer(peer, wanted, tries + 1);
    } else {
      wanted.reject(new LinkError(`No link to ${peer} after ${tries} attempts; the last: ${reason}`));
    }
  }

  #await(peer: PeerId, wanted: Wanted): void {
    const stopTimer = after(LINK_OFFER_WAIT_MS, () => {
      this.#standings.delete(peer);
      wanted.reject(new LinkError(`${peer} made no link within ${LINK_OFFER_WAIT_MS} ms.`));
    });
    this.#standings.set(peer, { state: 'awaited', wanted, stopTimer });
  }

  #isCurrent(peer: PeerId, attempt: TransportAttempt): boolean {
    const standing = this.#standings.get(peer);
    return standing?.state === 'opening' && standing.attempt === attempt;
  }

  #retire(link: Link): void {
    this.#retiring.add(link);
    link.retire();
  }
}

function abandon(standing: Exclude<Standing, { state: 'open' }>, reason: string): void {
  standing.stopTimer();
  if (standing.state === 'opening') standing.attempt.abandon(reason);
  standing.wanted.reject(new LinkError(`The link was given up: ${reason}.`));
}

function newWanted(): Wanted {
  let settle: Omit<Wanted, 'link'> | undefined;
  const link = new Promise<Link>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // Nobody may be waiting: the other side wanted the link.
  link.catch(() => {});
  return { link, ...(settle as Omit<Wanted, 'link'>) };
}
