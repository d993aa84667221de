import { EVIDENCE_WITHIN_MS, MAX_EVIDENCE_BYTES } from '../../core/protocol/limits.js';
import { freshName } from '../names.js';

const TOKEN_LENGTH = 32;

/** Evidence that a peer has been asked for. */
export interface Expected {
  /** Where to put it, relative to the coordinator. */
  readonly url: string;
  /** Resolves to the bytes, or to undefined where they did not come in time, or are not waited for any more. */
  readonly arrived: Promise<Uint8Array | undefined>;
  /** Stops waiting. */
  cancel(): void;
}

interface Waiting {
  readonly bytes: number;
  readonly settle: (bytes: Uint8Array | undefined) => void;
}

/** Evidence that lies here for an inspector. */
export interface Offered {
  /** Where to get it, relative to the coordinator. */
  readonly url: string;
  /** It does not lie here any more. */
  withdraw(): void;
}

/**
 * Takes in what peers show of their spans, and hands out what inspectors are to compute again. Nothing of it lies in the store, and who
 * has no token gets none of it.
 */
export class EvidenceDesk {
  readonly #waiting = new Map<string, Waiting>();
  readonly #offered = new Map<string, Uint8Array>();

  /** Bytes that a peer shows of one span, at most: shards of which that is not enough are too large to be shown. */
  readonly largest: number;

  constructor(largest = MAX_EVIDENCE_BYTES) {
    this.largest = largest;
  }

  /** `bytes`: exactly so many are taken. */
  expect(bytes: number, withinMs = EVIDENCE_WITHIN_MS): Expected {
    const token = freshName(TOKEN_LENGTH);
    let settle: (bytes: Uint8Array | undefined) => void = () => {};
    const arrived = new Promise<Uint8Array | undefined>((resolve) => {
      const timer = setTimeout(() => settle(undefined), withinMs);
      settle = (answer) => {
        clearTimeout(timer);
        this.#waiting.delete(token);
        resolve(answer);
      };
    });
    this.#waiting.set(token, { bytes, settle: (answer) => settle(answer) });
    return { url: `/evidence/${token}`, arrived, cancel: () => settle(undefined) };
  }

  offer(bytes: Uint8Array): Offered {
    const token = freshName(TOKEN_LENGTH);
    this.#offered.set(token, bytes);
    return { url: `/evidence/${token}`, withdraw: () => this.#offered.delete(token) };
  }

  /** What lies here under a token; undefined where nothing does. */
  offered(token: string): Uint8Array | undefined {
    return this.#offered.get(token);
  }

  /** Bytes that are waited for under a token; undefined where none are. */
  due(token: string): number | undefined {
    return this.#waiting.get(token)?.bytes;
  }

  deliver(token: string, bytes: Uint8Array): void {
    this.#waiting.get(token)?.settle(bytes);
  }
}
