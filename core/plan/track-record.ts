import type { PeerId } from '../protocol/plan.js';
import { Estimate } from './estimate.js';

/** Looks at a plan until what it took counts: the first are of links and devices that warm up. */
const LOOKS = 3;
/** Seconds for which a plan is taken for what it was when it was last tried: the network is another by then. */
const MEMORY_SECONDS = 600;

/** A plan, as far as its record goes: the same peers at the same depth do as they did, though their shards are a brick larger or smaller. */
export interface Promised {
  readonly peers: readonly PeerId[];
  /** Steps between exchanges. */
  readonly exchangeEvery: number;
  /** By the cost model, from what is known of its peers now. */
  readonly secondsPerStep: number;
}

/** What a plan took, of what the model says that it takes. */
export interface Outcome {
  /** Median of the last looks, and how far they lie from it as a part of it: 1 and 0 of a plan that takes what it should. */
  readonly ratio: number;
  readonly scatter: number;
}

/** How far the cost model was off, for each plan that a run has tried. */
export class TrackRecord {
  readonly #tried = new Map<string, { readonly ratio: Estimate; looks: number; seen: number }>();

  /** A plan takes `measured` seconds a step, looked at at a time in seconds. */
  took(plan: Promised, measured: number, at: number): void {
    for (const [key, { seen }] of this.#tried) if (at - seen > MEMORY_SECONDS) this.#tried.delete(key);
    const key = keyOf(plan);
    const record = this.#tried.get(key) ?? { ratio: new Estimate(), looks: 0, seen: at };
    this.#tried.set(key, record);
    record.ratio.add(measured / plan.secondsPerStep);
    record.looks += 1;
    record.seen = at;
  }

  /** Undefined of a plan that has not been tried, or not for long enough, or too long ago. */
  of(plan: Promised, at: number): Outcome | undefined {
    const record = this.#tried.get(keyOf(plan));
    if (!record || record.looks < LOOKS || at - record.seen > MEMORY_SECONDS) return undefined;
    const { value, scatter } = record.ratio;
    return value === undefined ? undefined : { ratio: value, scatter };
  }
}

/** Two plans in seconds a step, as far as outcomes let expect. */
export interface Expected {
  readonly present: number;
  readonly other: number;
  /** How far the less steady of the outcomes scatters. */
  readonly scatter: number;
}

const AS_PREDICTED: Outcome = { ratio: 1, scatter: 0 };

/**
 * Holds another plan against the present one by what both are known to take: the model's seconds by the ratio of the plan's outcome.
 *
 * One that has not been tried is given the worse of what the model says and what the present one is off by. Where the present one is slower
 * than the model says, so would another be that exchanges like it, and gains nothing by the difference; a peer alone waits for nobody. Where
 * it is quicker, the other has to beat what is, not what the model took it for.
 */
export function expectedOf(
  present: { readonly plan: Promised; readonly outcome: Outcome | undefined },
  other: { readonly plan: Promised; readonly outcome: Outcome | undefined },
): Expected {
  const now = present.outcome ?? AS_PREDICTED;
  const isAlone = other.plan.peers.length === 1;
  const then = other.outcome ?? { ratio: isAlone ? 1 : Math.max(1, now.ratio), scatter: 0 };
  return {
    present: present.plan.secondsPerStep * now.ratio,
    other: other.plan.secondsPerStep * then.ratio,
    scatter: Math.max(now.scatter, then.scatter),
  };
}

const keyOf = ({ peers, exchangeEvery }: Promised) => `${exchangeEvery} ${peers.toSorted().join(' ')}`;
