import type { Transport } from './transport.js';

/** A channel whose messages arrive at once, or when asked for, while `flows`; and never afterwards. */
export class Wire implements Transport {
  readonly maxMessage = 16_384;
  readonly buffered = 0;
  flows = true;
  onMessage: (message: Uint8Array) => void = () => {};
  onClose: (reason: string) => void = () => {};
  #other: Wire | undefined;
  readonly #arrives: 'at once' | 'when asked';
  readonly #underWay: Uint8Array[] = [];

  private constructor(arrives: 'at once' | 'when asked') {
    this.#arrives = arrives;
  }

  static pair(arrives: 'at once' | 'when asked'): readonly [Wire, Wire] {
    const [one, other] = [new Wire(arrives), new Wire(arrives)];
    one.#other = other;
    other.#other = one;
    return [one, other];
  }

  send(message: Uint8Array): void {
    if (!this.flows) return;
    if (this.#arrives === 'at once') this.#other?.onMessage(message.slice());
    else this.#underWay.push(message);
  }

  /** Lets the next message arrive. */
  carry(): void {
    const message = this.#underWay.shift();
    if (message) this.#other?.onMessage(message.slice());
  }

  async drained(): Promise<void> {}

  stats() {
    return { path: 'direct', bytesSent: 0, bytesReceived: 0 } as const;
  }

  close(): void {
    this.#underWay.length = 0;
    this.onClose('closed');
  }
}
