import type { ToCoordinator } from '../protocol/messages.js';

type Epoch = Extract<ToCoordinator, { type: 'epoch' }>;

const NOTHING_DONE = {
  computeSeconds: 0,
  waitSeconds: 0,
  otherSeconds: 0,
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
  /** Neither, and not told yet: below 0 while steps count that were asked for before the report and made after it. */
  #other = 0;
  readonly #bytes = { direct: 0, relay: 0 };
  /** Blocks of steps that the engine has been asked for and has not made. */
  #pending = 0;
  /** When the engine had made all that it was asked for. */
  #idleSince = Number.NEGATIVE_INFINITY;
  /** When halos were asked for that have not come. */
  #waitingSince = 0;
  /** What is before that has been told. Undefined until the first halos are asked for: loading counts for nothing. */
  #toldUntil: number | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** From now on an engine without work waits for halos. */
  awaitsHalos(): void {
    this.#waitingSince = this.#now();
    this.#toldUntil ??= this.#waitingSince;
  }

  /** They have come. */
  hasHalos(): void {
    if (this.#pending === 0) this.#wait += this.#now() - Math.max(this.#waitingSince, this.#idleSince);
  }

  /** The engine is asked for steps. */
  began(): void {
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
    const other = this.#takeOther();
    const last: Epoch = {
      type: 'epoch',
      plan,
      step,
      computeSeconds: this.#compute,
      waitSeconds: this.#wait,
      otherSeconds: other,
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

  /** What has passed since the report before, less computing and waiting. */
  #takeOther(): number {
    const now = this.#now();
    this.#other += now - (this.#toldUntil ?? now) - this.#compute - this.#wait;
    this.#toldUntil = now;
    const other = Math.max(0, this.#other);
    this.#other -= other;
    return other;
  }
}
