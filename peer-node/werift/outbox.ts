import type { RTCDataChannel } from 'werift';

/** What werift is given at once. Its work grows with the square of the messages that it holds. */
const BATCH_BYTES = 64 * 1024;
const BATCH_MESSAGES = 16;

/**
 * Messages on their way into a werift channel, in order. The next batch goes in as the last one has all been handed
 * to the network; what is in flight by then keeps the line busy.
 */
export class Outbox {
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #batchMessages = 0;

  /** `onProgress` is called whenever `bytes` has fallen. */
  constructor(
    private readonly channel: RTCDataChannel,
    onProgress: () => void,
  ) {
    channel.bufferedAmountLowThreshold = 0;
    channel.bufferedAmountLow.subscribe(() => {
      this.#batchMessages = 0;
      this.#fill();
      onProgress();
    });
  }

  /** Bytes taken and not yet handed to the network. */
  get bytes(): number {
    return this.#waitingBytes + this.channel.bufferedAmount;
  }

  /** The message must not change afterwards. */
  send(message: Uint8Array): void {
    this.#waiting.push(Buffer.from(message.buffer, message.byteOffset, message.byteLength));
    this.#waitingBytes += message.byteLength;
    this.#fill();
  }

  /** Drops what werift has not been given. */
  drop(): void {
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  #fill(): void {
    for (;;) {
      const next = this.#waiting[0];
      if (next === undefined || this.#batchMessages >= BATCH_MESSAGES) return;
      if (this.#batchMessages > 0 && this.channel.bufferedAmount + next.length > BATCH_BYTES) return;
      this.#waiting.shift();
      this.#waitingBytes -= next.length;
      this.#batchMessages++;
      this.channel.send(next);
    }
  }
}
