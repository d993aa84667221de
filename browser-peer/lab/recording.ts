import type { ProbeList, Samples } from '../../core/protocol/api.js';

/** Points of a plot: about as many as its screen has columns. */
const POINTS = 1_000;
/** What one request reads, at most: the coordinator's own bound. */
const MOST_STEPS = 65_536;

export interface RecordedState {
  readonly state: string;
  readonly low: (number | null)[];
  readonly high: (number | null)[];
}

type Ask = (from: number, count: number, every: number) => Promise<Samples>;

/**
 * What a probe has recorded of a run of `steps` steps, gathered as the run goes on: the extremes of each `every` steps,
 * so that no peak is lost however long the run is.
 */
export class Recording {
  readonly every: number;
  readonly states: readonly RecordedState[];
  readonly #steps: number;
  readonly #ask: Ask;

  constructor(steps: number, probe: Pick<ProbeList['probes'][number], 'states'>, ask: Ask) {
    this.every = Math.min(MOST_STEPS, Math.max(1, Math.ceil(steps / POINTS)));
    this.states = probe.states.map((state) => ({ state, low: [], high: [] }));
    this.#steps = steps;
    this.#ask = ask;
  }

  /** The step at the middle of each group, in order. */
  get middles(): readonly number[] {
    const count = this.states[0]?.low.length ?? 0;
    return Array.from({ length: count }, (_, group) => group * this.every + (this.every + 1) / 2);
  }

  /** Asks for whole groups up to `step`, and for the rest where the run ends there. True where there is more than before. */
  async gatherUpTo(step: number): Promise<boolean> {
    const before = this.#groups;
    for (;;) {
      const from = this.#groups * this.every + 1;
      const there = step >= this.#steps ? this.#steps - from + 1 : this.#whole(step - from + 1);
      const count = Math.min(there, this.#whole(MOST_STEPS));
      if (count <= 0) return this.#groups > before;
      const { states } = await this.#ask(from, count, this.every);
      const groups = Math.ceil(count / this.every);
      for (const [place, state] of this.states.entries()) {
        // Padded, so that an answer that is short can neither be asked for again for ever nor shift what follows.
        for (let group = 0; group < groups; group++) {
          state.low.push(states[place]?.low[group] ?? null);
          state.high.push(states[place]?.high[group] ?? null);
        }
      }
    }
  }

  get #groups(): number {
    return this.states[0]?.low.length ?? Math.ceil(this.#steps / this.every);
  }

  #whole(steps: number): number {
    return Math.floor(steps / this.every) * this.every;
  }
}
