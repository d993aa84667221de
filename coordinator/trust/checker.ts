import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '../../core/job/job.js';
import type { Readable } from '../../core/peer/load.js';
import { runTestWindow } from '../../core/trust/classes/test-window.js';
import type { Statement } from '../../core/trust/statement/statement.js';
import { nearHalos, nearState } from '../../core/witness/compare.js';
import { brickDigests, chainOf, type Digest } from '../../core/witness/digests.js';
import type { Evidence } from '../../core/witness/evidence.js';
import { columnOf } from '../../core/witness/halo-chains.js';
import { type Outcome, replay, type SpanStart } from '../../core/witness/replay.js';
import { boxOfSpan, exchangeOf, type Span } from '../../core/witness/span.js';
import type { Engine } from '../../shaders/engine.js';

/** What a peer signed of a span, and what it shows of it. */
export interface Claim {
  readonly job: Job;
  readonly span: Span;
  readonly statement: Statement;
  /** Of the bricks at the span's end. */
  readonly digests: Uint8Array;
  readonly evidence: Evidence;
  readonly start: SpanStart;
  /** Of the bricks at its start, as others, or the peer itself before, signed for them; where that is known. */
  readonly startDigests: Uint8Array | undefined;
  /** Whether its bits are those of the checker's engine. */
  readonly sameClass: boolean;
}

export type Verdict =
  /** `outcome`: what the check itself made of the span, where it was made here. */
  | { readonly kind: 'holds'; readonly outcome?: Outcome }
  /** What is shown is not what was signed, or what was signed does not come of it. */
  | { readonly kind: 'lied'; readonly why: string }
  /** The state at its start is not the one that whoever handed it over signed. */
  | { readonly kind: 'other start' };

export const digest: Digest = (bytes) => createHash('sha256').update(bytes).digest();

/** Computes spans again, one after the other, on an engine of the coordinator's own. */
export class Checker {
  readonly #open: () => Promise<Engine>;
  #engine: Promise<{ readonly engine: Engine; readonly numericalClass: string }> | undefined;
  #queue: Promise<unknown> = Promise.resolve();

  /** `open`: an engine that nobody else uses. It is opened for the first check. */
  constructor(open: () => Promise<Engine>) {
    this.#open = open;
  }

  /** Rejects with EngineError where no engine can be had. */
  async numericalClass(): Promise<string> {
    return (await this.#opened()).numericalClass;
  }

  /** Rejects with what the engine or the store rejects with. `isUrgent`: whether somebody waits for nothing else. */
  check(objects: Readable, claim: Claim, isUrgent: () => boolean): Promise<Verdict> {
    let took = 0;
    const verdict = this.#queue.then(() => {
      const begun = performance.now();
      return this.#check(objects, claim).finally(() => {
        took = performance.now() - begun;
      });
    });
    this.#queue = verdict.catch(() => undefined).then(() => rest(took, isUrgent));
    return verdict;
  }

  async close(): Promise<void> {
    await this.#queue;
    const opened = await this.#engine?.catch(() => undefined);
    await opened?.engine.close();
  }

  #opened() {
    this.#engine ??= this.#open().then(async (engine) => {
      const { class: numericalClass } = await runTestWindow(engine);
      return { engine, numericalClass };
    });
    return this.#engine;
  }

  async #check(objects: Readable, claim: Claim): Promise<Verdict> {
    const { job, span, evidence, start, startDigests } = claim;
    const box = boxOfSpan(span);
    if (startDigests && start.kind === 'cells') {
      const shown = await brickDigests(job, box, start.cells, digest);
      if (!sameBytes(shown, startDigests)) return { kind: 'other start' };
    }
    const forged = await forgedHalos(claim);
    if (forged) return { kind: 'lied', why: forged };
    const { engine } = await this.#opened();
    const outcome = await replay({ engine, objects }, job, span, start, evidence.received);
    const wrong = await (claim.sameClass ? differsInBits(claim, outcome) : differsByMuch(claim, outcome));
    return wrong ? { kind: 'lied', why: wrong } : { kind: 'holds', outcome };
  }
}

/** Checks take a third of the time at most: the coordinator, and peers on its machine, have other things to do. */
async function rest(took: number, isUrgent: () => boolean): Promise<void> {
  for (const until = performance.now() + 2 * took; performance.now() < until && !isUrgent(); ) {
    await sleep(Math.min(LOOK_MS, 2 * took));
  }
}

const LOOK_MS = 100;

/** Whether the halos shown are those that were signed for. */
async function forgedHalos({ job, span, statement, evidence }: Claim): Promise<string | undefined> {
  const { incoming, outgoing } = exchangeOf(job, span);
  const { received, outcome } = evidence;
  for (const halo of statement.halos) {
    if ((await chainOf(columnOf(received, incoming, halo.shard), digest)) !== halo.received) {
      return 'it shows other halos than it signed for';
    }
    if (outcome && (await chainOf(columnOf(outcome.sent, outgoing, halo.shard), digest)) !== halo.sent) {
      return 'it shows other halos than it signed for';
    }
  }
  return undefined;
}

async function differsInBits({ job, span, statement, digests }: Claim, { sent, end }: Outcome) {
  if (!sameBytes(await brickDigests(job, boxOfSpan(span), end, digest), digests)) return COMPUTED;
  const { outgoing } = exchangeOf(job, span);
  for (const halo of statement.halos) {
    if ((await chainOf(columnOf(sent, outgoing, halo.shard), digest)) !== halo.sent) return SENT;
  }
  return undefined;
}

async function differsByMuch({ job, span, digests, evidence }: Claim, made: Outcome) {
  const shown = evidence.outcome;
  if (!shown) return 'it does not show what it signed for';
  if (!sameBytes(await brickDigests(job, boxOfSpan(span), shown.end, digest), digests)) {
    return 'it shows another state than it signed for';
  }
  if (!nearState(job, span, shown.end, made)) return COMPUTED;
  return nearHalos(span, shown.sent, made) ? undefined : SENT;
}

const COMPUTED = 'what it signed for does not come of what it had';
const SENT = 'it sent halos that it did not have';

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
