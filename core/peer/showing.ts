import { GroundswellError } from '../errors.js';
import type { ToPeer } from '../protocol/messages.js';
import type { Said } from '../protocol/session.js';
import type { Objects } from './objects.js';
import type { ShardRun } from './shard-run.js';

/** Plans of which a peer can still show what it signed: the one it follows, and two before. */
const KEPT_PLANS = 3;

type Show = Extract<ToPeer, { type: 'show' }>;

/** Shows the coordinator what this peer has signed, when it is asked. */
export class Showing {
  readonly #tools: { readonly objects: Pick<Objects, 'show'>; readonly send: (message: Said) => void };
  /** Newest last. */
  #runs: ShardRun[] = [];

  constructor(tools: { readonly objects: Pick<Objects, 'show'>; readonly send: (message: Said) => void }) {
    this.#tools = tools;
  }

  /** A shard is computed under another plan. */
  follow(run: ShardRun): void {
    this.#runs = [...this.#runs, run].slice(-KEPT_PLANS);
  }

  /** The job is over, or goes on without this peer. */
  clear(): void {
    this.#runs = [];
  }

  /** Never rejects: what cannot be shown is said to be withheld. */
  async show({ plan, step, start, outcome, bricks, url }: Show): Promise<void> {
    try {
      const run = this.#runs.find((candidate) => candidate.plan.id === plan);
      const witness = run?.witness;
      const evidence = await (bricks
        ? witness?.sample(step, bricks)
        : witness?.evidence(step, { start, outcome }));
      if (evidence) await this.#tools.objects.show(url, evidence);
      else this.#withhold(plan, step, 'it is not kept any more');
    } catch (error) {
      this.#withhold(plan, step, error instanceof GroundswellError ? error.message : String(error));
    }
  }

  #withhold(plan: number, step: number, reason: string): void {
    this.#tools.send({ type: 'withheld', plan, step, reason: reason.slice(0, 500) });
  }
}
