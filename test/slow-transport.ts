import type { Transport, TransportAttempt, TransportFactory } from '../core/links/transport.js';

/** Channels of `factory` that hand over no more than so many bytes a second of what comes in. */
export function slowed(factory: TransportFactory, rate: number): TransportFactory {
  return {
    connect(options): TransportAttempt {
      const attempt = factory.connect(options);
      return {
        opened: attempt.opened.then((transport) => new SlowTransport(transport, rate)),
        signal: (data) => attempt.signal(data),
        abandon: (reason) => attempt.abandon(reason),
      };
    },
    close: () => factory.close(),
  };
}

class SlowTransport implements Transport {
  onMessage: (message: Uint8Array) => void = () => {};
  onClose: (reason: string) => void = () => {};
  readonly #waiting: Uint8Array[] = [];
  #freeAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly transport: Transport,
    private readonly rate: number,
  ) {
    transport.onMessage = (message) => {
      this.#waiting.push(message.slice());
      this.#hand();
    };
    transport.onClose = (reason) => {
      clearTimeout(this.#timer);
      this.onClose(reason);
    };
  }

  get maxMessage(): number {
    return this.transport.maxMessage;
  }

  get buffered(): number {
    return this.transport.buffered;
  }

  send(message: Uint8Array): void {
    this.transport.send(message);
  }

  drained(): Promise<void> {
    return this.transport.drained();
  }

  stats() {
    return this.transport.stats();
  }

  close(): void {
    this.transport.close();
  }

  #hand(): void {
    if (this.#timer !== undefined) return;
    const message = this.#waiting[0];
    if (!message) return;
    const start = Math.max(this.#freeAt, performance.now());
    this.#freeAt = start + (message.byteLength / this.rate) * 1000;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#waiting.shift();
      this.onMessage(message);
      this.#hand();
    }, this.#freeAt - performance.now());
  }
}
