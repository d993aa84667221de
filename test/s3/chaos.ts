import type { IncomingMessage } from 'node:http';
import type { Fault } from './fault-proxy.js';

const refused = (status: number, code: string): Fault => ({ kind: 'refused', status, code });

const ANY: readonly Fault[] = [
  refused(500, 'InternalError'),
  refused(503, 'SlowDown'),
  refused(403, 'RequestTimeTooSkewed'),
  { kind: 'reset' },
  { kind: 'answer-lost' },
  { kind: 'slow', milliseconds: 200 },
];
const READS: readonly Fault[] = [...ANY, { kind: 'body-broken' }];
const WRITES: readonly Fault[] = [
  ...ANY,
  refused(400, 'RequestTimeout'),
  refused(409, 'ConditionalRequestConflict'),
  { kind: 'body-changed' },
];
const CONDITIONAL_WRITES: readonly Fault[] = [...WRITES, refused(412, 'PreconditionFailed')];

/** Fewer than anybody tries: what these tests are about is that faults are overcome, not that they can be too many. */
const MOST_IN_A_ROW = 4;

/** Faults at random, of every kind that S3 and a network have; no request meets more than a few in a row. */
export class Chaos {
  /** How often each kind of fault came. */
  readonly counts = new Map<string, number>();
  readonly #inARow = new Map<string, number>();
  readonly #share: number;
  #state: number;

  /** Spoils that share of all requests, 0 to 1. */
  constructor({ seed, share }: { readonly seed: number; readonly share: number }) {
    this.#state = (seed % 2_147_483_646) + 1;
    this.#share = share;
  }

  readonly faultOf = (request: IncomingMessage): Fault | undefined => {
    const { method = '', url = '' } = request;
    const what = `${method} ${url.split('?')[0]}`;
    const before = this.#inARow.get(what) ?? 0;
    if (before === MOST_IN_A_ROW || this.#random() >= this.#share) {
      this.#inARow.delete(what);
      return undefined;
    }
    this.#inARow.set(what, before + 1);
    const faults = faultsOf(request);
    const fault = faults[Math.floor(this.#random() * faults.length)];
    if (fault) this.#count(fault.kind === 'refused' ? fault.code : fault.kind);
    return fault;
  };

  #count(kind: string): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }

  /** Lehmer's generator: the same numbers, 0 to 1, for the same seed. */
  #random(): number {
    this.#state = (this.#state * 48_271) % 2_147_483_647;
    return this.#state / 2_147_483_647;
  }
}

function faultsOf({ method, headers }: IncomingMessage): readonly Fault[] {
  if (method !== 'PUT') return READS;
  const isConditional = 'if-none-match' in headers || 'if-match' in headers;
  return isConditional ? CONDITIONAL_WRITES : WRITES;
}
