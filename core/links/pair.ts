import { LinkError, ProtocolError } from '../errors.js';
import {
  LINK_LONGEST_UPGRADE_MS,
  LINK_MEND_MS,
  LINK_OFFER_WAIT_MS,
  LINK_TIMEOUT_MS,
  LINK_UPGRADE_MS,
} from '../protocol/limits.js';
import { Line, type LineEnd } from './line.js';
import { Link } from './link.js';
import { type LinkMessage, writeMessage } from './messages.js';
import { mendingRoutesOf, type Route, routesOf } from './routes.js';
import type { Signal } from './signal.js';
import type { SpareBuffers } from './spare-buffers.js';
import { after } from './timer.js';
import type { SignalData, Transport, TransportAttempt } from './transport.js';

/** Between two attempts to mend a link: one that fails at once must not be followed by thousands. */
const PAUSE_MS = 200;

export interface Patience {
  readonly mendMs: number;
  readonly upgradeMs: number;
}

export const USUAL_PATIENCE: Patience = { mendMs: LINK_MEND_MS, upgradeMs: LINK_UPGRADE_MS };

export interface PairTools {
  /** This side makes the offers. */
  readonly offers: boolean;
  /** How long a link may be without a channel, and how soon a better way is tried. */
  readonly patience: Patience;
  /** For what comes. */
  readonly spare: SpareBuffers;
  /** What there is besides the direct way, now. */
  means(): { readonly turn: boolean; readonly relay: boolean };
  connect(route: Route, signal: (data: SignalData) => void): TransportAttempt;
  /** Carries a signal to the other side. */
  send(link: number, data: Signal): void;
  onMessage(message: LinkMessage): void;
  /** The link is gone for good. */
  onLost(reason: string): void;
}

/** A promise in somebody's hands, and the ways to settle it. */
interface Wanted {
  readonly link: Promise<Link>;
  resolve(link: Link): void;
  reject(error: LinkError): void;
}

/** A channel on its way. */
interface Attempt {
  readonly number: number;
  readonly route: Route;
  /** What comes after it, should it fail; of the side that offers. */
  readonly next: readonly Route[];
  readonly transport: TransportAttempt;
  readonly stopTimer: () => void;
}

/** The link, and how far it can be used. */
type State =
  | { readonly kind: 'none' }
  /** Somebody waits for it. */
  | { readonly kind: 'wanted'; readonly wanted: Wanted; readonly stopTimer: () => void }
  /** `number` is that of the attempt that made its channel. */
  | { readonly kind: 'open'; readonly link: Link; readonly number: number }
  /** Its channel broke; another is being made. `stopTimer` gives it more time. */
  | { readonly kind: 'mending'; readonly link: Link; readonly stopTimer: () => void };

/**
 * Everything between this peer and one other. One side offers and the other answers, so offers never cross. Each
 * attempt has a number; signals of another attempt than the present one are ignored.
 */
export class Pair {
  readonly #tools: PairTools;
  #state: State = { kind: 'none' };
  #attempt: Attempt | undefined;
  /** The highest number of an attempt so far. */
  #number = -1;
  /** Until the next attempt, where it is not made at once. */
  #stopPause = () => {};
  #upgradePause: number;

  constructor(tools: PairTools) {
    this.#tools = tools;
    this.#upgradePause = tools.patience.upgradeMs;
  }

  /**
   * The link, opened if need be. The side that answers waits for an offer. Rejects with LinkError after every way has
   * failed, or LINK_OFFER_WAIT_MS without a link.
   */
  link(): Promise<Link> {
    switch (this.#state.kind) {
      case 'open':
      case 'mending':
        return Promise.resolve(this.#state.link);
      case 'wanted':
        return this.#state.wanted.link;
      case 'none':
        break;
    }
    const wanted = newWanted();
    const stopTimer = this.#tools.offers
      ? () => {}
      : after(LINK_OFFER_WAIT_MS, () =>
          this.#giveUp(`the other side made no link within ${LINK_OFFER_WAIT_MS} ms`),
        );
    this.#state = { kind: 'wanted', wanted, stopTimer };
    if (this.#tools.offers) this.#offer(routesOf(this.#tools.means()));
    return wanted.link;
  }

  get current(): Link | undefined {
    return 'link' in this.#state ? this.#state.link : undefined;
  }

  /** Takes in what the other side has signalled. */
  signalled(number: number, data: Signal): void {
    switch (data.type) {
      case 'offer':
        if (!this.#tools.offers && number > this.#number) this.#answer(number, data);
        return;
      case 'answer':
        if (this.#tools.offers && this.#attempt?.number === number) this.#attempt.transport.signal(data);
        return;
      case 'again':
        if (this.#tools.offers && this.#state.kind === 'open' && this.#state.number === number) {
          this.#broke(this.#state.link, 'it broke on the other side');
        }
    }
  }

  /** Ends all there is, at once. */
  close(reason: string): void {
    const state = this.#leave();
    if (state.kind === 'wanted') state.wanted.reject(new LinkError(`The link was given up: ${reason}.`));
    else if (state.kind !== 'none') state.link.end(reason);
  }

  #offer(routes: readonly Route[]): void {
    const [route, ...next] = routes;
    if (route === undefined) return this.#giveUp('no way is left');
    // The clock makes the numbers of a peer that starts again higher than those it used before.
    this.#begin(Math.max(this.#number + 1, Date.now()), route, next);
  }

  #answer(number: number, offer: SignalData): void {
    this.#drop('the other side has started again');
    this.#begin(number, 'channel' in offer ? 'relay' : 'any', []).signal(offer);
  }

  #begin(number: number, route: Route, next: readonly Route[]): TransportAttempt {
    this.#number = number;
    this.#stopPause();
    const transport = this.#tools.connect(route, (data) => {
      if (this.#attempt === attempt) this.#tools.send(number, data);
    });
    const stopTimer = after(LINK_TIMEOUT_MS, () =>
      transport.abandon(`no connection within ${LINK_TIMEOUT_MS} ms`),
    );
    const attempt: Attempt = { number, route, next, transport, stopTimer };
    this.#attempt = attempt;
    transport.opened.then(
      (channel) => {
        if (this.#attempt === attempt) this.#greet(attempt, channel);
        else channel.close();
      },
      (error: unknown) => this.#failed(attempt, error instanceof Error ? error.message : String(error)),
    );
    return transport;
  }

  /** Each side says which link it has, and how much of it; then they go on with it, or begin another. */
  #greet(attempt: Attempt, channel: Transport): void {
    const link = this.current;
    // What still comes over the channel before is sent again over this one.
    link?.detach();
    const line = new Line(channel, this.#tools.spare);
    // Before anything else may be said: what has come already is told as soon as somebody listens, and may be answered.
    line.send(writeMessage({ type: 'greeting', session: link?.session ?? 0 })).catch(() => {});
    line.handTo({
      received: () => link?.received() ?? 0,
      onMessage: (message, received) => {
        if (message.type !== 'greeting')
          throw new ProtocolError('A channel that does not begin with a greeting.');
        this.#opened(attempt, line, message.session, received);
      },
      onEnd: ({ reason }) => this.#failed(attempt, reason),
    });
  }

  #opened(attempt: Attempt, line: Line, session: number, received: number): void {
    if (this.#attempt !== attempt) return line.close();
    attempt.stopTimer();
    this.#attempt = undefined;
    const before = this.#state;
    if (before.kind === 'wanted' || before.kind === 'mending') before.stopTimer();
    const known = this.current?.session === session ? this.current : undefined;
    if (!known) this.#endCurrent('the other side has started again');
    const link = known ?? this.#newLink(attempt.number);
    this.#state = { kind: 'open', link, number: attempt.number };
    if (before.kind === 'wanted') before.wanted.resolve(link);
    link.attach(line, known ? received : 0);
    if (attempt.route === 'relay') this.#upgradeLater();
    else this.#upgradePause = this.#tools.patience.upgradeMs;
  }

  /** A side that knows nothing of the other's link has given it up, or has started again: what was sent over it is lost. */
  #endCurrent(reason: string): void {
    const link = this.current;
    if (!link) return;
    const { wasUsed } = link;
    link.end(reason);
    if (wasUsed) this.#tools.onLost(reason);
  }

  #newLink(session: number): Link {
    const link: Link = new Link(session, {
      onMessage: (message) => this.#tools.onMessage(message),
      onLineEnd: (end) => this.#lineEnded(link, end),
    });
    return link;
  }

  #lineEnded(link: Link, { how, reason }: LineEnd): void {
    if (this.current !== link) return;
    if (how === 'misused') return this.#giveUp(reason);
    this.#broke(link, reason);
  }

  /** The link goes on without a channel for a while, and nobody who uses it is told. */
  #broke(link: Link, reason: string): void {
    if (this.#state.kind !== 'open') return;
    const { number } = this.#state;
    link.detach();
    this.#stopPause();
    const stopTimer = after(this.#tools.patience.mendMs, () => this.#giveUp(reason));
    this.#state = { kind: 'mending', link, stopTimer };
    if (!this.#tools.offers) this.#tools.send(number, { type: 'again' });
    else if (!this.#attempt) this.#offer(mendingRoutesOf(this.#tools.means()));
  }

  #failed(attempt: Attempt, reason: string): void {
    attempt.stopTimer();
    if (this.#attempt !== attempt) return;
    this.#attempt = undefined;
    attempt.transport.abandon(reason);
    switch (this.#state.kind) {
      case 'none':
        return;
      case 'wanted':
        if (!this.#tools.offers) return;
        if (attempt.next.length > 0) return this.#offer(attempt.next);
        return this.#giveUp(`the last attempt: ${reason}`);
      case 'mending':
        return this.#mendLater(attempt.next);
      case 'open':
        return this.#stillOpen(this.#state.link, reason);
    }
  }

  /** Until its time is over: the network may be on its way back. */
  #mendLater(next: readonly Route[]): void {
    if (!this.#tools.offers) return;
    this.#stopPause = after(PAUSE_MS, () => {
      this.#offer(next.length > 0 ? next : mendingRoutesOf(this.#tools.means()));
    });
  }

  /** A better way was tried in vain. Where that had begun to greet, the way before is gone with it. */
  #stillOpen(link: Link, reason: string): void {
    if (!link.isAttached) return this.#broke(link, reason);
    this.#upgradeLater();
  }

  #upgradeLater(): void {
    if (!this.#tools.offers) return;
    this.#stopPause = after(this.#upgradePause, () => {
      this.#upgradePause = Math.min(2 * this.#upgradePause, LINK_LONGEST_UPGRADE_MS);
      this.#offer(['any']);
    });
  }

  #giveUp(reason: string): void {
    const state = this.#leave();
    if (state.kind === 'wanted') {
      state.wanted.reject(new LinkError(`There is no link to that peer: ${reason}.`));
    } else if (state.kind !== 'none') {
      state.link.end(reason);
      this.#tools.onLost(reason);
    }
  }

  #leave(): State {
    const state = this.#state;
    this.#state = { kind: 'none' };
    if ('stopTimer' in state) state.stopTimer();
    this.#stopPause();
    this.#drop('no longer wanted');
    return state;
  }

  #drop(reason: string): void {
    const attempt = this.#attempt;
    this.#attempt = undefined;
    attempt?.stopTimer();
    attempt?.transport.abandon(reason);
  }
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
