import type { RawData, WebSocket } from 'ws';
import { RoundTrip } from '../../core/plan/round-trip.js';
import { isRelayFrame } from '../../core/protocol/frames.js';
import { DEAD_AFTER_MS, HEARTBEAT_MS } from '../../core/protocol/limits.js';
import type { ToPeer } from '../../core/protocol/messages.js';
import { Allowance } from './allowance.js';
import { BURST_MESSAGES, MAX_BACKLOG_BYTES, MESSAGES_PER_SECOND } from './limits.js';

/**
 * How a connection ended. `left`: the peer said goodbye. `dismissed`: it was told to go. `broken`: it ended without a
 * word. `silent`: nothing came from it any more.
 */
export type ConnectionEnd = 'left' | 'dismissed' | 'broken' | 'silent';

/** What a connection hears. None is called before the constructor of `Connection` has returned. */
export interface ConnectionEvents {
  text(message: string): void;
  bytes(message: Uint8Array): void;
  /** A frame of a relayed channel; it is not charged for. */
  relayed(frame: Uint8Array): void;
  /** Once, last, and never from within `send` or `dismiss`. */
  closed(how: ConnectionEnd): void;
}

const MISSED_BEATS = Math.ceil(DEAD_AFTER_MS / HEARTBEAT_MS);

/** WebSocket close codes: 1001 from the standard, 4000 and up are ours. */
const GOING_AWAY = 1001;
const DISMISSED = 4000;
/** An end without a word. */
const ABNORMAL = 1006;

/** One WebSocket, held to its bounds: how fast it may speak, how far it may lag, how long it may be silent. */
export class Connection {
  readonly #socket: WebSocket;
  readonly #allowance = new Allowance(BURST_MESSAGES, MESSAGES_PER_SECOND);
  #state: 'open' | 'ending' = 'open';
  /** Why we ended it, where we did. */
  #why: ConnectionEnd | undefined;
  #unanswered = 0;
  readonly #roundTrip = new RoundTrip();
  /** When the ping that is under way was sent, in milliseconds. */
  #pinged: number | undefined;

  constructor(socket: WebSocket, events: ConnectionEvents) {
    this.#socket = socket;
    socket.on('message', (data: RawData, isBinary) => {
      if (!this.#isAlive()) return;
      if (!isBinary) {
        if (this.charge(1)) events.text(data.toString());
        return;
      }
      const bytes = new Uint8Array(data as Buffer);
      // Relayed channels have bounds of their own.
      if (isRelayFrame(bytes)) events.relayed(bytes);
      else if (this.charge(1)) events.bytes(bytes);
    });
    socket.on('ping', () => this.#isAlive() && this.charge(1));
    socket.on('pong', () => this.#isAlive() && this.#answered());
    // Too long a message, a broken frame, a reset: ws closes the socket by itself.
    socket.on('error', () => socket.terminate());
    socket.on('close', (code) => {
      this.#state = 'ending';
      events.closed(this.#why ?? (code === ABNORMAL ? 'broken' : 'left'));
    });
  }

  /** Seconds of a ping there and back; undefined until it has been measured. */
  get roundTrip(): number | undefined {
    return this.#roundTrip.value;
  }

  /** Does nothing once the connection is ending. */
  send(message: string | Uint8Array): void {
    if (this.#state === 'ending') return;
    this.#socket.send(message);
    // Whoever is this far behind has a dead line, or reads on purpose too slowly.
    if (this.#socket.bufferedAmount > MAX_BACKLOG_BYTES) this.cut();
  }

  /** Takes `cost` more messages from what the peer may send; where it has none left, it is dismissed. */
  charge(cost: number): boolean {
    if (this.#allowance.take(cost)) return true;
    this.dismiss('rate', `more than ${MESSAGES_PER_SECOND} messages a second; send fewer`);
    return false;
  }

  /** Lets the peer send so many messages more: it was asked for them. */
  allow(messages: number): void {
    this.#allowance.give(messages);
  }

  /** Says why, and ends the connection. */
  dismiss(code: string, reason: string): void {
    const refusal: ToPeer = { type: 'refused', code, reason: reason.slice(0, 500), fatal: true };
    this.send(JSON.stringify(refusal));
    this.#end(DISMISSED, code);
  }

  /** The coordinator stops; the peer may come back later. */
  goAway(): void {
    this.#end(GOING_AWAY, 'the coordinator stops');
  }

  /**
   * To be called every HEARTBEAT_MS. Counts beats, not time: when it is the coordinator that was held up,
   * the answers lie in its sockets and are read before the next beat.
   */
  beat(): void {
    if (this.#unanswered++ >= MISSED_BEATS) this.cut();
    else if (this.#state === 'open') {
      this.#pinged ??= performance.now();
      this.#socket.ping();
    }
  }

  /** Ends the connection at once, without a word. */
  cut(): void {
    this.#why ??= 'silent';
    this.#state = 'ending';
    this.#socket.terminate();
  }

  #answered(): void {
    if (this.#pinged !== undefined) this.#roundTrip.add((performance.now() - this.#pinged) / 1000);
    this.#pinged = undefined;
    this.charge(1);
  }

  #isAlive(): boolean {
    // What an ending connection still says does not keep it alive.
    if (this.#state === 'ending') return false;
    this.#unanswered = 0;
    return true;
  }

  #end(code: number, reason: string): void {
    if (this.#state === 'ending') return;
    this.#why = 'dismissed';
    this.#state = 'ending';
    this.#socket.close(code, reason);
  }
}
