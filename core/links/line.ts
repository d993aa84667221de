import { ProtocolError } from '../errors.js';
import { HIGH_WATER_BYTES, LINK_MISSED_PULSES, LINK_PULSE_MS } from '../protocol/limits.js';
import { cut, type Frame, Joiner, type ReceivedFrame } from './framing.js';
import { IncomingRate } from './incoming-rate.js';
import { type Pulse, readMessage, writeMessage } from './messages.js';
import { Questions } from './questions.js';
import type { SpareBuffers } from './spare-buffers.js';
import { after } from './timer.js';
import type { Transport, TransportStats } from './transport.js';

/** How a line ended. `broken`: another one may do. `misused`: the other side broke the protocol. */
export interface LineEnd {
  readonly how: 'broken' | 'misused';
  readonly reason: string;
}

export type LineMessage = ReturnType<typeof readMessage>;

/** What a line tells whoever uses it now. Each is called until the line has ended. */
export interface LineUser {
  /** Told to the other side in every frame: how many messages have been received. */
  received(): number;
  /** `acknowledged`: how many of our messages the other side has received. */
  onMessage(message: LineMessage, acknowledged: number, bytes: number): void;
  /** Once, last. */
  onEnd(end: LineEnd): void;
}

/** One channel in use by a link: whole messages both ways, in order, for as long as the channel holds. */
export class Line {
  readonly #joiner: Joiner;
  readonly #incoming = new IncomingRate();
  readonly #questions = new Questions();
  readonly #transport: Transport;
  #user: LineUser | undefined;
  /** Settles when all frames accepted so far have been sent, or can't be. */
  #sending: Promise<void> = Promise.resolve();
  #waiting = 0;
  #state: 'open' | 'ended' = 'open';
  #stopPulse = () => {};
  /** Pulses since anything came from the other side. */
  #missed = 0;

  /** What comes is put into spare buffers, where there are any. */
  constructor(transport: Transport, spare?: SpareBuffers) {
    this.#joiner = new Joiner(spare);
    this.#transport = transport;
  }

  /** From now on the line is this user's. What came before the first one is told at once. */
  handTo(user: LineUser): void {
    const isFirst = this.#user === undefined;
    this.#user = user;
    if (!isFirst) return;
    this.#pulse();
    this.#transport.onClose = (reason) => this.#end({ how: 'broken', reason });
    this.#transport.onMessage = (fragment) => this.#receive(fragment);
  }

  /** Whether frames wait to be sent. */
  get isBusy(): boolean {
    return this.#waiting > 0;
  }

  /** Sends a frame after those before it. Resolves when the transport has all of it; rejects with LinkError. */
  async send(frame: Frame): Promise<void> {
    this.#waiting += 1;
    const sent = this.#sending.then(() => this.#sendNow(frame));
    this.#sending = sent.catch(() => {});
    try {
      await sent;
    } finally {
      this.#waiting -= 1;
    }
  }

  stats(): TransportStats {
    return this.#transport.stats();
  }

  /** Says that this side lives, and what it has received. */
  pulse(): void {
    this.#say({ type: 'pulse', asks: 0, answers: 0 });
  }

  /** Asks how long the way is. */
  ask(): void {
    this.#say({ type: 'pulse', asks: this.#questions.ask(), answers: 0 });
  }

  /** Seconds to the other side and back; undefined until that has been measured. */
  get roundTrip(): number | undefined {
    return this.#questions.roundTrip;
  }

  /** How fast long messages come in, in bytes a second; undefined until that has been measured. */
  get incomingRate(): number | undefined {
    return this.#incoming.value;
  }

  close(): void {
    this.#transport.close();
  }

  /** Ends it without a word to its user: another line has taken its place. */
  drop(): void {
    this.#state = 'ended';
    this.#stopPulse();
    this.#transport.close();
  }

  async #sendNow(frame: Frame): Promise<void> {
    const { maxMessage } = this.#transport;
    for (const fragment of cut(frame, this.#user?.received() ?? 0, maxMessage)) {
      if (this.#transport.buffered > HIGH_WATER_BYTES) await this.#transport.drained();
      this.#transport.send(fragment);
    }
  }

  #pulse(): void {
    this.#stopPulse = after(LINK_PULSE_MS, () => {
      this.#missed += 1;
      if (this.#missed > LINK_MISSED_PULSES) {
        const seconds = (this.#missed * LINK_PULSE_MS) / 1000;
        this.#end({ how: 'broken', reason: `nothing has come over the link for ${seconds} s` });
        return;
      }
      // What waits is itself a sign of life, once it gets through.
      if (!this.isBusy) this.ask();
      this.#pulse();
    });
  }

  #receive(fragment: Uint8Array): void {
    if (this.#state === 'ended') return;
    this.#missed = 0;
    let frame: ReceivedFrame | undefined;
    try {
      frame = this.#joiner.add(fragment);
      this.#incoming.came(fragment.byteLength, frame !== undefined);
      if (!frame) return;
      const message = readMessage(frame);
      if (message.type === 'pulse') this.#heard(message);
      this.#user?.onMessage(message, frame.received, frame.body.byteLength);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#end({ how: 'misused', reason: error.message });
    }
  }

  #heard({ asks, answers }: Pulse): void {
    if (asks !== 0) this.#say({ type: 'pulse', asks: 0, answers: asks });
    this.#questions.answered(answers);
    if (answers !== 0 && this.roundTrip === undefined) this.ask();
  }

  #say(pulse: Pulse): void {
    this.send(writeMessage(pulse)).catch(() => {});
  }

  #end(end: LineEnd): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#stopPulse();
    this.#transport.close();
    this.#user?.onEnd(end);
  }
}
