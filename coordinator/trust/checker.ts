import { setTimeout as sleep } from 'node:timers/promises';
import type { Readable } from '../../core/peer/load.js';
import { spanTolerance } from '../../core/trust/classes/drift.js';
import { runTestWindow } from '../../core/trust/classes/test-window.js';
import { lateDigest } from '../../core/trust/statement/blake3.js';
import { misfitOfHalos, misfitOfState } from '../../core/witness/compare.js';
import { brickDigests, brickSlabs, chainOf } from '../../core/witness/digests.js';
import { areFinite, reachesEdge } from '../../core/witness/edge.js';
import type { HaloTable } from '../../core/witness/evidence.js';
import { halfTolerance, MOST_HALF_TOLERANCE } from '../../core/witness/half-noise.js';
import { columnOf } from '../../core/witness/halo-chains.js';
import { type Outcome, replay } from '../../core/witness/replay.js';
import { boxOfSpan, exchangeOf, type SignedHalos } from '../../core/witness/span.js';
import type { Engine, Slab } from '../../shaders/engine.js';
import type { Claim } from './claim.js';
import { NOT_COMPUTED, OutputCheck } from './output-check.js';

export type Verdict =
  /** `outcome`: what the check itself made of the span, where it was made here. */
  | { readonly kind: 'holds'; readonly outcome?: Outcome }
  /**
   * What is shown is not what was signed, or what was signed does not come of it. `isSignedFalse`: whoever else signed the same lied
   * too, for what it had to come of is known, and not only shown.
   */
  | { readonly kind: 'lied'; readonly why: string; readonly isSignedFalse?: boolean }
  /**
   * `rounding`: it is not farther from what a check makes of it than what f16 loses may take it, and not as near either as a lie could not
   * be. `infinite`: one device may have made something infinite where another did not, or other bits of it.
   */
  | { readonly kind: 'undecided'; readonly why: 'rounding' | 'infinite' }
  /** The state at its start is not the one that whoever handed it over signed. */
  | { readonly kind: 'other start' };

export const digest = lateDigest(() => import('@napi-rs/blake-hash'));

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
    return this.inTurn(() => this.#check(objects, claim), isUrgent);
  }

  /** Work that is done when all before it is, within the time that checks may take. */
  inTurn<T>(work: () => Promise<T>, isUrgent: () => boolean): Promise<T> {
    let took = 0;
    const done = this.#queue.then(() => {
      const begun = performance.now();
      return work().finally(() => {
        took = performance.now() - begun;
      });
    });
    this.#queue = done.catch(() => undefined).then(() => rest(took, isUrgent));
    return done;
  }

  /** The same of work that needs the engine. */
  async computeInTurn<T>(work: (engine: Engine) => Promise<T>, isUrgent: () => boolean): Promise<T> {
    return this.inTurn(async () => work((await this.#opened()).engine), isUrgent);
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
    const forged = (await forgedHalos(claim)) ?? (await forgedEnd(claim));
    if (forged) return { kind: 'lied', why: forged };
    const { engine } = await this.#opened();
    const outputs = new OutputCheck(claim, objects, digest);
    const tools = { engine, objects, digest, onSnapshot: outputs.onSnapshot };
    const outcome = await replay(tools, job, span, start, evidence.received);
    const tolerance = claim.keepsHalves
      ? await halfTolerance({ engine, objects, digest }, job, span, start, evidence.received, outcome)
      : spanTolerance(span.to - span.from);
    if (!Number.isFinite(tolerance) || isModelsOwn(evidence.received, outcome) || isAtTheEdge(claim, outcome))
      return { kind: 'undecided', why: 'infinite' };
    const wrongWithin = async (most: number) =>
      (await (claim.sameClass ? differsInBits(claim, outcome) : differsByMuch(claim, outcome, most))) ??
      (await outputs.wrong(outcome, most));
    const wrong = await wrongWithin(tolerance);
    if (!wrong) {
      const isOpen =
        tolerance > MOST_HALF_TOLERANCE && (await wrongWithin(MOST_HALF_TOLERANCE)) !== undefined;
      return isOpen ? { kind: 'undecided', why: 'rounding' } : { kind: 'holds', outcome };
    }
    if (claim.isInDoubt && claim.sameClass && hasNaN(outcome)) return { kind: 'undecided', why: 'infinite' };
    // Where nobody has signed for its start, it may be that which is false.
    const isSignedFalse = NOT_TRUE.has(wrong) && (start.kind !== 'cells' || startDigests !== undefined);
    return { kind: 'lied', why: wrong, isSignedFalse };
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

/** Whether the state shown, where no bits can be compared, is not the one that was signed for. */
async function forgedEnd({ job, span, digests, evidence, sameClass }: Claim): Promise<string | undefined> {
  if (sameClass) return undefined;
  const shown = evidence.outcome;
  if (!shown) return 'it does not show what it signed for';
  const isSigned = sameBytes(await brickDigests(job, boxOfSpan(span), shown.end, digest), digests);
  return isSigned ? undefined : 'it shows another state than it signed for';
}

async function differsInBits({ job, span, statement, digests }: Claim, { sent, end }: Outcome) {
  if (!sameBytes(await brickDigests(job, boxOfSpan(span), end, digest), digests)) return COMPUTED;
  const { outgoing } = exchangeOf(job, span);
  for (const halo of statement.halos) {
    if ((await chainOf(columnOf(sent, outgoing, halo.shard), digest)) !== halo.sent) return SENT;
  }
  return undefined;
}

async function differsByMuch({ job, span, evidence }: Claim, made: Outcome, tolerance: number) {
  const shown = evidence.outcome as NonNullable<typeof evidence.outcome>;
  if (!isWithin(misfitOfState(job, span, shown.end, made), tolerance)) return COMPUTED;
  return isWithin(misfitOfHalos(shown.sent, made), tolerance) ? undefined : SENT;
}

/** NaN is within nothing. */
const isWithin = (misfit: number, tolerance: number) => misfit <= tolerance;

/**
 * Whether the model makes something infinite of what is finite. Devices that compute truly do so a step sooner or later, and NaN has many
 * bits; whoever makes it where the model does not is found all the same.
 */
const isModelsOwn = (received: HaloTable, { start, sent, end }: Outcome) =>
  !areFinite([end, ...sent.flat()]) && areFinite([start, ...received.flat()]);

/** Whether something is infinite of a field that is so large that a device of another class may have left the range a step sooner. */
function isAtTheEdge({ job, span, evidence, keepsHalves }: Claim, { start, sent, end }: Outcome): boolean {
  const { received, outcome: shown } = evidence;
  if (!shown || areFinite([end, ...sent.flat(), shown.end, ...shown.sent.flat()])) return false;
  const reaches = (slabs: readonly Slab[], cells: Float32Array) =>
    reachesEdge(job, slabs, cells, keepsHalves ? 'f16' : 'f32');
  const anyReaches = (parcels: SignedHalos['incoming'], halos: HaloTable) =>
    halos.some((row) => parcels.some(({ slabs }, i) => reaches(slabs, row[i] as Float32Array)));
  const state = brickSlabs(job, boxOfSpan(span));
  const { incoming, outgoing } = exchangeOf(job, span);
  return (
    [start, end].some((cells) => reaches(state, cells)) ||
    anyReaches(outgoing, sent) ||
    anyReaches(incoming, received)
  );
}

/** Of which the bits say nothing: processors of one class give it other signs. */
const hasNaN = ({ sent, end }: Outcome): boolean =>
  [end, ...sent.flat()].some((cells) => cells.some(Number.isNaN));

const COMPUTED = 'what it signed for does not come of what it had';
const SENT = 'it sent halos that it did not have';

/** What is wrong with what was signed, and not with what is shown of it. */
const NOT_TRUE: ReadonlySet<string> = new Set([COMPUTED, SENT, NOT_COMPUTED]);

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
