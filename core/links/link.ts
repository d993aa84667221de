import { LinkError, ProtocolError } from '../errors.js';
import { LINK_ACKNOWLEDGE_BYTES, MAX_LINK_QUEUE_BYTES } from '../protocol/limits.js';
import { bodyBytes, type Frame } from './framing.js';
import type { Line, LineEnd, LineMessage, LineUser } from './line.js';
import { type LinkMessage, writeMessage } from './messages.js';
import type { TransportStats } from './transport.js';

interface LinkEvents {
  onMessage(message: LinkMessage): void;
  /** The line is gone. Where it is `broken`, `attach` goes on with another, from where both ends are. */
  onLineEnd(end: LineEnd): void;
}

/** A message that the other side may not have. */
interface Kept {
  readonly frame: Frame;
  readonly bytes: number;
  readonly taken: () => void;
  readonly failed: (error: LinkError) => void;
  readonly arrived: () => void;
}

/**
 * Messages of any length to and from one other peer, in order, each once, over one channel after the other. What has
 * not been acknowledged is kept, and sent again over the next channel.
 */
export class Link implements LineUser {
  /** The same at both ends, and never that of another link between them. */
  readonly session: number;
  readonly #events: LinkEvents;
  /** Oldest first. The first `#sent` have gone into the present line. */
  #kept: Kept[] = [];
  #keptBytes = 0;
  #sent = 0;
  #acknowledged = 0;
  #received = 0;
  /** Received since the other side was last told how much. */
  #untold = 0;
  #line: Line | undefined;
  #sending: Line | undefined;
  #before: TransportStats = { path: 'direct', bytesSent: 0, bytesReceived: 0 };
  #end: string | undefined;

  constructor(session: number, events: LinkEvents) {
    this.session = session;
    this.#events = events;
  }

  /**
   * Sends a message after those before it. Its cells must not change until `arrived` is called: no copy is made of them, and they may
   * have to go again over another channel. It is called when the other side has all of it: never, where the link ends before.
   * Resolves when a channel has all of it, or the other side has. Rejects with LinkError when the link has ended, or when more than
   * MAX_LINK_QUEUE_BYTES are kept; with ProtocolError when the message is too long.
   */
  async send(message: LinkMessage, arrived: () => void = () => {}): Promise<void> {
    if (this.#end !== undefined) throw this.#endError(this.#end);
    const frame = writeMessage(message);
    const bytes = bodyBytes(frame);
    if (this.#keptBytes > 0 && this.#keptBytes + bytes > MAX_LINK_QUEUE_BYTES) {
      throw new LinkError(`${this.#keptBytes} bytes wait for this link already; await the sends before.`);
    }
    await new Promise<void>((taken, failed) => {
      this.#kept.push({ frame, bytes, taken, failed, arrived });
      this.#keptBytes += bytes;
      this.#start();
    });
  }

  /** Whether anything was sent over it, or has come. */
  get wasUsed(): boolean {
    return this.#received > 0 || this.#acknowledged > 0 || this.#kept.length > 0;
  }

  /** Whether it has a line now. */
  get isAttached(): boolean {
    return this.#line !== undefined;
  }

  /** What all its channels have carried, and the way that the last one took. */
  stats(): TransportStats {
    const now = this.#line?.stats();
    if (!now) return this.#before;
    return {
      path: now.path,
      bytesSent: this.#before.bytesSent + now.bytesSent,
      bytesReceived: this.#before.bytesReceived + now.bytesReceived,
    };
  }

  /** Seconds to the other side and back over the present line; undefined until that has been measured. */
  get roundTrip(): number | undefined {
    return this.#line?.roundTrip;
  }

  /** How fast long messages come in over the present line, in bytes a second; undefined until that has been measured. */
  get incomingRate(): number | undefined {
    return this.#line?.incomingRate;
  }

  /** How many messages have come. To be told in the greeting on a line that is to be attached. */
  received(): number {
    this.#untold = 0;
    return this.#received;
  }

  /** Stops listening to the present line: what comes over it after our greeting on another would come twice. */
  detach(): void {
    this.#before = this.stats();
    this.#line?.drop();
    this.#line = undefined;
  }

  /** Goes on over a line, to an end that has received so many messages. */
  attach(line: Line, received: number): void {
    this.detach();
    this.#line = line;
    line.handTo(this);
    line.ask();
    this.#forget(received);
    this.#sent = 0;
    this.#start();
  }

  /** Ends the link now. What has not arrived is lost. */
  end(reason: string): void {
    if (this.#end !== undefined) return;
    this.#end = reason;
    this.detach();
    for (const { failed } of this.#kept.splice(0)) failed(this.#endError(reason));
  }

  onMessage(message: LineMessage, acknowledged: number, bytes: number): void {
    this.#forget(acknowledged);
    if (message.type === 'pulse') return;
    if (message.type === 'greeting') throw new ProtocolError('A second greeting on one channel.');
    this.#received += 1;
    this.#untold += bytes;
    const line = this.#line;
    // Otherwise what goes the other way tells it.
    if (this.#untold > LINK_ACKNOWLEDGE_BYTES && line && !line.isBusy) {
      line.pulse();
    }
    this.#events.onMessage(message);
  }

  onEnd(end: LineEnd): void {
    this.detach();
    this.#events.onLineEnd(end);
  }

  #start(): void {
    const line = this.#line;
    if (line && this.#sending !== line) void this.#sendAll(line);
  }

  async #sendAll(line: Line): Promise<void> {
    this.#sending = line;
    for (let next = this.#kept[this.#sent]; next && this.#line === line; next = this.#kept[this.#sent]) {
      // A line that breaks tells so by its end.
      const sent = await line.send(next.frame).then(
        () => true,
        () => false,
      );
      if (!sent || this.#line !== line) break;
      this.#sent = this.#kept.indexOf(next) + 1;
      next.taken();
    }
    if (this.#sending === line) this.#sending = undefined;
  }

  /** The other side has the first `count` messages of all. */
  #forget(count: number): void {
    const arrived = count - this.#acknowledged;
    if (arrived > this.#kept.length) {
      throw new ProtocolError(`The other side has received ${count} messages, more than were sent.`);
    }
    if (arrived <= 0) return;
    this.#acknowledged = count;
    for (const message of this.#kept.splice(0, arrived)) {
      this.#keptBytes -= message.bytes;
      message.taken();
      message.arrived();
    }
    this.#sent = Math.max(0, this.#sent - arrived);
  }

  #endError(reason: string): LinkError {
    return new LinkError(`The link is closed: ${reason}.`);
  }
}
