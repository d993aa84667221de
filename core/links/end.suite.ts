import { GroundswellError } from '../errors.js';
import { HIGH_WATER_BYTES } from '../protocol/limits.js';
import type {
  ConnectOptions,
  SignalData,
  Transport,
  TransportAttempt,
  TransportFactory,
  TransportStats,
} from './transport.js';

/** What an end has received: `fault` names the first message that differs from the one sent. */
interface Received {
  readonly messages: number;
  readonly bytes: number;
  readonly fault: string | null;
}

/**
 * One end of a channel under test. It takes and gives plain values only, so that the suite can drive an end in a page
 * as it drives one beside it. The bytes of message i are known to both ends.
 */
export class TransportEnd {
  #attempt: TransportAttempt | undefined;
  #transport: Transport | undefined;
  #sent = 0;
  #messages = 0;
  #bytes = 0;
  #fault: string | null = null;
  readonly #closings: string[] = [];

  /** `options` beside those of every attempt. */
  constructor(
    private readonly factory: TransportFactory,
    private readonly options: Partial<ConnectOptions> = {},
  ) {}

  offer(): Promise<SignalData> {
    return new Promise((resolve) => {
      this.#begin(true, resolve);
    });
  }

  answer(offer: SignalData): Promise<SignalData> {
    return new Promise((resolve) => {
      this.#begin(false, resolve).signal(offer);
    });
  }

  async accept(answer: SignalData): Promise<void> {
    this.#attempt?.signal(answer);
  }

  async opened(): Promise<void> {
    await this.#opening;
  }

  /** The code of the error that `opened` rejects with. */
  async notOpened(): Promise<string> {
    return codeOf(async () => {
      await this.#opening;
    });
  }

  async abandon(): Promise<void> {
    this.#attempt?.abandon('the test gives up');
  }

  async maxMessage(): Promise<number> {
    return this.#open.maxMessage;
  }

  /** Sends messages of these sizes, waiting above the high-water mark. Gives the extremes of `buffered`. */
  async send(sizes: readonly number[]): Promise<{ peak: number; afterDrain: number }> {
    const transport = this.#open;
    let peak = 0;
    let afterDrain = 0;
    for (const size of sizes) {
      if (transport.buffered > HIGH_WATER_BYTES) {
        await transport.drained();
        afterDrain = Math.max(afterDrain, transport.buffered);
      }
      const message = new Uint8Array(size);
      fill(message, this.#sent++);
      transport.send(message);
      peak = Math.max(peak, transport.buffered);
    }
    return { peak, afterDrain };
  }

  /** The code of the error that sending `size` bytes throws, or `none`. */
  async refusal(size: number): Promise<string> {
    return codeOf(async () => this.#open.send(new Uint8Array(size)));
  }

  /** Fills the buffer, waits for it to drain, closes; gives the code of the error that the wait ends with, or `none`. */
  async closeWhileFull(): Promise<string> {
    const transport = this.#open;
    const message = new Uint8Array(transport.maxMessage);
    while (transport.buffered <= HIGH_WATER_BYTES) transport.send(message);
    const drained = codeOf(() => transport.drained());
    transport.close();
    return drained;
  }

  /** The code of the error that `drained` rejects with, or `none`. */
  async drained(): Promise<string> {
    return codeOf(() => this.#open.drained());
  }

  async received(): Promise<Received> {
    return { messages: this.#messages, bytes: this.#bytes, fault: this.#fault };
  }

  async stats(): Promise<TransportStats> {
    return this.#open.stats();
  }

  async close(): Promise<void> {
    this.#open.close();
  }

  /** The reasons `onClose` was called with. */
  async closings(): Promise<readonly string[]> {
    return this.#closings;
  }

  get #open(): Transport {
    if (!this.#transport) throw new Error('The end is not open.');
    return this.#transport;
  }

  #opening: Promise<void> = Promise.resolve();

  #begin(initiator: boolean, signal: (data: SignalData) => void): TransportAttempt {
    const attempt = this.factory.connect({
      iceServers: [],
      ...this.options,
      initiator,
      signal,
    });
    this.#attempt = attempt;
    this.#opening = attempt.opened.then((transport) => {
      this.#transport = transport;
      transport.onMessage = (message) => this.#take(message);
      transport.onClose = (reason) => this.#closings.push(reason);
    });
    this.#opening.catch(() => {});
    return attempt;
  }

  #take(message: Uint8Array): void {
    const expected = new Uint8Array(message.byteLength);
    fill(expected, this.#messages);
    if (this.#fault === null && message.some((byte, i) => byte !== expected[i])) {
      this.#fault = `message ${this.#messages}, ${message.byteLength} bytes`;
    }
    this.#messages++;
    this.#bytes += message.byteLength;
  }
}

/** The session description of a transport that has one. */
export function sdpOf(data: SignalData): string {
  if ('sdp' in data) return data.sdp;
  throw new TypeError('no session description');
}

function fill(message: Uint8Array, index: number): void {
  for (let i = 0; i < message.length; i++) message[i] = index * 31 + i * 7;
}

async function codeOf(action: () => Promise<void>): Promise<string> {
  try {
    await action();
    return 'none';
  } catch (error) {
    return error instanceof GroundswellError ? error.code : String(error);
  }
}
