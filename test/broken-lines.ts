import type { AddressInfo } from 'node:net';
import { connect as connectTcp, createServer, type Socket as TcpSocket } from 'node:net';
import type { Transport, TransportFactory } from '../core/links/transport.js';

/** A factory whose open channels a test can break, below those who use them. */
export class BreakableTransports implements TransportFactory {
  readonly #inner: TransportFactory;
  readonly #open = new Set<Transport>();
  /** Attempts to connect so far. */
  attempts = 0;

  constructor(inner: TransportFactory) {
    this.#inner = inner;
  }

  connect: TransportFactory['connect'] = (options) => {
    this.attempts += 1;
    const attempt = this.#inner.connect(options);
    attempt.opened.then(
      (transport) => this.#open.add(transport),
      () => {},
    );
    return attempt;
  };

  break(): void {
    for (const transport of this.#open) transport.close();
    this.#open.clear();
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

/** Factories that never connect, as behind networks that let nothing through. */
export const noTransports: TransportFactory = {
  connect: ({ initiator, signal }) => {
    let reject: (error: Error) => void = () => {};
    const opened = new Promise<Transport>((_resolve, fail) => {
      reject = fail;
    });
    opened.catch(() => {});
    if (initiator) setImmediate(() => signal({ type: 'offer', sdp: '' }));
    return {
      opened,
      signal: () => reject(new Error('nothing comes through')),
      abandon: (why) => reject(new Error(why)),
    };
  },
  close: async () => {},
};

/** A way to a coordinator that can be cut, with or without a word to its two ends. */
export class BreakableWay {
  readonly #server = createServer((socket) => this.#carry(socket));
  readonly #port: number;
  readonly #pairs = new Set<readonly [TcpSocket, TcpSocket]>();
  #isOpen = true;

  private constructor(port: number) {
    this.#port = port;
  }

  /** Carries connections on to `url`. */
  static async to(url: string): Promise<BreakableWay> {
    const way = new BreakableWay(Number(new URL(url).port));
    await new Promise<void>((resolve) => way.#server.listen(0, '127.0.0.1', resolve));
    return way;
  }

  /** The same address by this way. */
  address(url: string): string {
    const by = new URL(url);
    by.port = String((this.#server.address() as AddressInfo).port);
    return by.href;
  }

  /** Ends every connection at both ends, as a proxy does that starts again. */
  reset(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }

  /** Nothing gets through any more, and nobody is told. */
  silence(): void {
    this.#isOpen = false;
    for (const pair of this.#pairs) for (const socket of pair) socket.pause();
  }

  /** New connections get through again; the old ones stay lost. */
  open(): void {
    this.#isOpen = true;
  }

  async close(): Promise<void> {
    this.reset();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #carry(near: TcpSocket): void {
    if (!this.#isOpen) {
      near.destroy();
      return;
    }
    const far = connectTcp(this.#port, '127.0.0.1');
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    for (const [from, to] of [pair, [far, near]] as const) {
      from.on('data', (data) => to.write(data));
      from.on('end', () => to.end());
      from.on('error', () => to.destroy());
      from.on('close', () => {
        to.destroy();
        this.#pairs.delete(pair);
      });
    }
  }
}
