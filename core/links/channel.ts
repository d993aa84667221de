import { secondsNow } from '../../shaders/clock.js';
import { LinkError } from '../errors.js';
import { LOW_WATER_BYTES, MAX_FRAGMENT_BYTES } from '../protocol/limits.js';
import { after } from './timer.js';
import type { Transport, TransportStats } from './transport.js';

/** Low-water events get lost now and then, so whoever waits for one also looks. */
const POLL_MS = 20;

/** So long a path that was looked up is taken to be the same: libraries take their time over it, and each halo asks. */
const PATH_SECONDS = 1;

/** What a WebRTC library has to give for `ChannelTransport` to make a Transport of it. */
export interface Channel {
  /** Bytes accepted and not yet handed to the network. */
  buffered(): number;
  /** The bytes do not change until the other side has them. */
  send(message: Uint8Array): void;
  path(): TransportStats['path'];
  /** Ends the channel and all that carries it. Called once. */
  end(): void;
}

/**
 * The part of a Transport that is the same for every library: what is refused, who waits, what is counted.
 * The library's events are passed in through `received`, `low` and `ended`.
 */
export class ChannelTransport implements Transport {
  readonly maxMessage: number;
  onClose: (reason: string) => void = () => {};

  #state: { open: true } | { open: false; reason: string } = { open: true };
  #deliver: ((message: Uint8Array) => void) | undefined;
  /** The first messages may come in the same breath as the opening, before anybody listens. */
  readonly #early: Uint8Array[] = [];
  #waiting: { resolve: () => void; reject: (error: LinkError) => void }[] = [];
  #stopPolling = () => {};
  #bytesSent = 0;
  #bytesReceived = 0;
  #path: { readonly is: TransportStats['path']; readonly at: number } | undefined;

  constructor(
    private readonly channel: Channel,
    maxMessage = MAX_FRAGMENT_BYTES,
  ) {
    this.maxMessage = maxMessage;
  }

  get onMessage(): (message: Uint8Array) => void {
    return this.#deliver ?? (() => {});
  }

  set onMessage(deliver: (message: Uint8Array) => void) {
    this.#deliver = deliver;
    for (const message of this.#early.splice(0)) deliver(message);
  }

  get buffered(): number {
    return this.#state.open ? this.channel.buffered() : 0;
  }

  send(message: Uint8Array): void {
    if (!this.#state.open) throw this.#closedError(this.#state.reason);
    if (message.byteLength === 0 || message.byteLength > this.maxMessage) {
      throw new LinkError(
        `A message of ${message.byteLength} bytes does not fit the channel, which takes 1 to ${this.maxMessage}.`,
      );
    }
    try {
      this.channel.send(message);
    } catch (error) {
      // The library may know of an end that it has not told us of yet.
      throw new LinkError(`The channel refused a message: ${String(error)}`);
    }
    this.#bytesSent += message.byteLength;
  }

  drained(): Promise<void> {
    if (!this.#state.open) return Promise.reject(this.#closedError(this.#state.reason));
    if (this.#isLow()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      if (this.#waiting.length === 1) this.#poll();
    });
  }

  stats(): TransportStats {
    return {
      path: this.#pathNow(),
      bytesSent: this.#bytesSent,
      bytesReceived: this.#bytesReceived,
    };
  }

  close(): void {
    this.ended('closed by this side');
  }

  /** `message` may change as soon as this returns. */
  received(message: Uint8Array): void {
    if (!this.#state.open) return;
    this.#bytesReceived += message.byteLength;
    if (this.#deliver) this.#deliver(message);
    else this.#early.push(new Uint8Array(message));
  }

  /** The buffer has fallen to the low-water mark. */
  low(): void {
    if (!this.#isLow()) return;
    this.#stopPolling();
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  ended(reason: string): void {
    if (!this.#state.open) return;
    this.#state = { open: false, reason };
    this.#stopPolling();
    for (const { reject } of this.#waiting.splice(0)) reject(this.#closedError(reason));
    this.channel.end();
    this.onClose(reason);
  }

  #pathNow(): TransportStats['path'] {
    const at = secondsNow();
    if (!this.#path || at - this.#path.at >= PATH_SECONDS) this.#path = { is: this.channel.path(), at };
    return this.#path.is;
  }

  #isLow(): boolean {
    return this.channel.buffered() <= LOW_WATER_BYTES;
  }

  #poll(): void {
    this.#stopPolling = after(POLL_MS, () => {
      this.low();
      if (this.#waiting.length > 0) this.#poll();
    });
  }

  #closedError(reason: string): LinkError {
    return new LinkError(`The channel is closed: ${reason}.`);
  }
}
