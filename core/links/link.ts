import { LinkError, ProtocolError } from '../errors.js';
import {
  HIGH_WATER_BYTES,
  LINK_MISSED_PULSES,
  LINK_PULSE_MS,
  LINK_TIMEOUT_MS,
  MAX_LINK_QUEUE_BYTES,
} from '../protocol/limits.js';
import { cut, type Frame, Joiner } from './framing.js';
import { IncomingRate } from './incoming-rate.js';
import { BYE, type LinkMessage, PULSE, readMessage, writeMessage } from './messages.js';
import { after } from './timer.js';
import type { Transport, TransportStats } from './transport.js';

/** How a link ended. `left`: the other side said goodbye. `closed`: this side closed it. */
type LinkEnd = { readonly how: 'left' | 'closed' | 'lost'; readonly reason: string };

interface LinkEvents {
  onMessage(message: LinkMessage): void;
  /** Called once, whoever ended it. */
  onClose(end: LinkEnd): void;
}

/** Messages of any length to and from one other peer, in order, over an open transport. */
export class Link {
  readonly #joiner = new Joiner();
  readonly #incoming = new IncomingRate();
  /** Settles when all messages accepted so far have been sent, or can't be. */
  #sending: Promise<void> = Promise.resolve();
  #queued = 0;
  #phase: 'open' | 'retiring' | 'closed' = 'open';
  #end: LinkEnd | undefined;
  #stopWaiting = () => {};
  #stopPulse = () => {};
  /** Pulses since anything came from the other side. */
  #missed = 0;

  constructor(
    private readonly transport: Transport,
    private readonly events: LinkEvents,
  ) {
    transport.onClose = (reason) => this.#closed(reason);
    transport.onMessage = (fragment) => this.#received(fragment);
    this.#pulse();
  }

  /**
   * Sends a message after those before it. Resolves when the transport has all of it; until then the cells must
   * not change. Rejects with LinkError when the link is closed, or when more than MAX_LINK_QUEUE_BYTES wait;
   * with ProtocolError when the message is too long.
   * A message to a side that has said goodbye is dropped: nobody waits for it there.
   */
  async send(message: LinkMessage): Promise<void> {
    if (this.#end?.how === 'left') return;
    if (this.#phase !== 'open') throw this.#closedError();
    await this.#enqueue(writeMessage(message));
  }

  stats(): TransportStats {
    return this.transport.stats();
  }

  /** How fast long messages come in, in bytes a second; undefined until that has been measured. */
  get incomingRate(): number | undefined {
    return this.#incoming.value;
  }

  /** Ends the link now. What has not arrived is lost. */
  close(reason = 'closed by this side'): void {
    this.#finish({ how: 'closed', reason });
  }

  /**
   * Ends the link once the other side has everything sent so far: it closes when it has read our goodbye.
   * Until then messages still come in. A side that does not answer is given LINK_TIMEOUT_MS.
   */
  retire(): void {
    if (this.#phase !== 'open') return;
    this.#phase = 'retiring';
    this.#stopWaiting = after(LINK_TIMEOUT_MS, () => this.close('the other side did not take its leave'));
    this.#enqueue(writeMessage(BYE)).catch(() => this.close('closed while taking leave'));
  }

  #pulse(): void {
    this.#stopPulse = after(LINK_PULSE_MS, () => {
      this.#missed += 1;
      if (this.#missed > LINK_MISSED_PULSES) {
        const seconds = (this.#missed * LINK_PULSE_MS) / 1000;
        this.#finish({ how: 'lost', reason: `nothing has come over the link for ${seconds} s` });
        return;
      }
      // What waits is itself a sign of life, once it gets through.
      if (this.#queued === 0) this.#enqueue(writeMessage(PULSE)).catch(() => {});
      this.#pulse();
    });
  }

  async #enqueue(frame: Frame): Promise<void> {
    const bytes = frame.head.byteLength + frame.content.byteLength;
    if (this.#queued > 0 && this.#queued + bytes > MAX_LINK_QUEUE_BYTES) {
      throw new LinkError(`${this.#queued} bytes wait for this link already; await the sends before.`);
    }
    this.#queued += bytes;
    const sent = this.#sending.then(() => this.#sendFrame(frame));
    this.#sending = sent.catch(() => {});
    try {
      await sent;
    } catch (error) {
      if (this.#end?.how !== 'left') throw error;
    } finally {
      this.#queued -= bytes;
    }
  }

  async #sendFrame(frame: Frame): Promise<void> {
    for (const fragment of cut(frame, this.transport.maxMessage)) {
      if (this.transport.buffered > HIGH_WATER_BYTES) await this.transport.drained();
      this.transport.send(fragment);
    }
  }

  #received(fragment: Uint8Array): void {
    this.#missed = 0;
    let message: ReturnType<typeof readMessage>;
    try {
      const frame = this.#joiner.add(fragment);
      this.#incoming.came(fragment.byteLength, frame !== undefined);
      if (frame === undefined) return;
      message = readMessage(frame);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#finish({ how: 'lost', reason: error.message });
      return;
    }
    switch (message.type) {
      case 'bye':
        return this.#finish({ how: 'left', reason: 'the other side has left' });
      case 'pulse':
        return;
      default:
        return this.events.onMessage(message);
    }
  }

  #finish(end: LinkEnd): void {
    this.#end ??= end;
    this.transport.close();
  }

  #closed(reason: string): void {
    this.#stopWaiting();
    this.#stopPulse();
    const how = this.#phase === 'retiring' ? 'closed' : 'lost';
    this.#phase = 'closed';
    this.#end ??= { how, reason };
    this.events.onClose(this.#end);
  }

  #closedError(): LinkError {
    return new LinkError(`The link is closed: ${this.#end?.reason ?? 'it is being taken leave of'}.`);
  }
}
