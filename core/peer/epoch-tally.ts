import type { ToCoordinator } from '../protocol/messages.js';

type Epoch = Extract<ToCoordinator, { type: 'epoch' }>;

const NOTHING_DONE = {
  computeSeconds: 0,
  waitSeconds: 0,
  cellUpdates: 0,
  haloBytesDirect: 0,
  haloBytesRelayed: 0,
} as const;

/** Where an epoch ends. */
export interface EpochEnd {
  readonly plan: number;
  /** `step` steps have been made. */
  readonly step: number;
  /** As of the last report. */
  readonly before: number;
  readonly cellUpdates: number;
  readonly links: Epoch['links'];
  /** In parts that fit a message each. */
  readonly probes: readonly Epoch['probes'][];
}

/** What one shard's steps took since it was last told. */
export class EpochTally {
  /** Seconds, from any start. */
  readonly #now: () => number;
  #compute = 0;
  #wait = 0;
  readonly #bytes = { direct: 0, relay: 0 };
  /** Blocks of steps that the engine has been asked for and has not made. */
  #pending = 0;
  #idleSince = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** From now on an engine without work waits for halos. */
  granted(): void {
    this.#idleSince = this.#now();
  }

  /** The engine is asked for steps. */
  began(): void {
    if (this.#pending === 0) this.#wait += this.#now() - this.#idleSince;
    this.#pending += 1;
  }

  /** It has made them. */
  made(): void {
    this.#pending -= 1;
    this.#idleSince = this.#now();
  }

  /** Whether it has been asked for steps that it has not made. */
  get isBusy(): boolean {
    return this.#pending > 0;
  }

  computed(seconds: number): void {
    this.#compute += seconds;
  }

  sent(bytes: number, path: 'direct' | 'relay'): void {
    this.#bytes[path] += bytes;
  }

  /**
   * The messages that tell of the epoch, in their order; then it counts anew. Probe samples too many for one go ahead, as of
   * the report before: the epoch counts as done with the last of them.
   */
  report({ plan, step, before, cellUpdates, probes, links }: EpochEnd): Epoch[] {
    const ahead = probes
      .slice(0, -1)
      .map(
        (part): Epoch => ({ type: 'epoch', plan, step: before, ...NOTHING_DONE, probes: part, links: [] }),
      );
    const last: Epoch = {
      type: 'epoch',
      plan,
      step,
      computeSeconds: this.#compute,
      waitSeconds: this.#wait,
      cellUpdates,
      haloBytesDirect: this.#bytes.direct,
      haloBytesRelayed: this.#bytes.relay,
      probes: probes.at(-1) ?? [],
      links,
    };
    this.#compute = 0;
    this.#wait = 0;
    this.#bytes.direct = 0;
    this.#bytes.relay = 0;
    return [...ahead, last];
  }
}
