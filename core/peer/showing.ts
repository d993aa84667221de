import type { Engine } from '../../shaders/engine.js';
import { GroundswellError, PlanEndedError } from '../errors.js';
import type { ToPeer } from '../protocol/messages.js';
import type { Said } from '../protocol/session.js';
import { type KeptSpan, retell, retellBricks } from '../witness/retell.js';
import { canBeTraced } from '../witness/trace.js';
import type { Identity } from '../witness/witness.js';
import type { Objects } from './objects.js';
import type { ShardRun } from './shard-run.js';

/** Plans of which a peer can still show what it signed: the one it follows, and two before. */
const KEPT_PLANS = 3;

type Show = Extract<ToPeer, { type: 'show' }>;
type TraceOrder = Extract<ToPeer, { type: 'trace' }>;
type BricksOrder = Extract<ToPeer, { type: 'bricks' }>;

interface ShowingTools {
  readonly engine: Engine;
  readonly objects: Pick<Objects, 'show' | 'get'>;
  readonly identity?: Identity;
  readonly send: (message: Said) => void;
}

/** Shows the coordinator what this peer has signed, when it is asked. */
export class Showing {
  readonly #tools: ShowingTools;
  /** Newest last. */
  #runs: ShardRun[] = [];
  /** The span that another signed otherwise for: it is asked for several times, and the witness keeps only the last few. */
  #disputed: KeptSpan | undefined;

  constructor(tools: ShowingTools) {
    this.#tools = tools;
  }

  /** A shard is computed under another plan. */
  follow(run: ShardRun): void {
    this.#runs = [...this.#runs, run].slice(-KEPT_PLANS);
    if (this.#disputed && !this.#runOf(this.#disputed.span.plan.id)) this.#disputed = undefined;
  }

  /** The job is over, or goes on without this peer. */
  clear(): void {
    this.#runs = [];
    this.#disputed = undefined;
  }

  /** Never rejects: what cannot be shown is said to be withheld. */
  async show({ plan, step, start, outcome, bricks, url }: Show): Promise<void> {
    await this.#bring({ plan, step, url }, () => {
      const witness = this.#runOf(plan)?.witness;
      return bricks ? witness?.sample(step, bricks) : witness?.evidence(step, { start, outcome });
    });
  }

  /** Computes a span once more, beside what is computed, and tells how it went. Never rejects, as `show`. */
  async trace(order: TraceOrder): Promise<void> {
    await this.#bring(order, async () => {
      const kept = await this.#keptFor(order);
      if (!kept || !canBeTraced(kept.span, order.at)) return undefined;
      this.#disputed = kept;
      return retell(this.#retelling(order), kept, order.at);
    });
  }

  /** Shows some bricks in the midst of such a span. Never rejects, as `show`. */
  async bricks(order: BricksOrder): Promise<void> {
    await this.#bring(order, async () => {
      const kept = await this.#keptFor(order);
      if (!kept || !canBeTraced(kept.span, [order.at])) return undefined;
      return retellBricks(this.#retelling(order), kept, order.at, order.bricks);
    });
  }

  #runOf(plan: number): ShardRun | undefined {
    return this.#runs.find((candidate) => candidate.plan.id === plan);
  }

  async #keptFor({ plan, step }: Pick<TraceOrder, 'plan' | 'step'>): Promise<KeptSpan | undefined> {
    const disputed = this.#disputed;
    if (disputed?.span.plan.id === plan && disputed.span.to === step) return disputed;
    return this.#runOf(plan)?.witness?.kept(step);
  }

  #retelling({ plan }: Pick<TraceOrder, 'plan'>) {
    const { engine, objects, identity } = this.#tools;
    if (!identity) throw new PlanEndedError(plan);
    return { engine, objects, digest: identity.digest, goesOn: () => this.#runOf(plan) !== undefined };
  }

  async #bring(
    { plan, step, url }: Pick<TraceOrder, 'plan' | 'step' | 'url'>,
    make: () => Promise<Uint8Array<ArrayBuffer> | undefined> | undefined,
  ): Promise<void> {
    try {
      const evidence = await make();
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
