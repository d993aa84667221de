import type { EngineShard } from '../../shaders/engine.js';
import type { Job } from '../job/job.js';
import type { Exchange } from '../peer/exchange.js';
import type { Plan } from '../protocol/plan.js';
import type { Said } from '../protocol/session.js';
import type { Digest } from '../trust/statement/brick-digest.js';
import type { Signer } from '../trust/statement/ed25519.js';
import { type Statement, signStatement } from '../trust/statement/statement.js';
import { brickDigests, brickSlabs, chainOf, rootOf, writeDigests } from './digests.js';
import { type AskedEvidence, type HaloTable, writeEvidence } from './evidence.js';
import { haloChains } from './halo-chains.js';
import { outputsHash } from './outputs.js';
import type { KeptSpan } from './retell.js';
import { boxOfSpan, exchangeSteps, type Span, spanCells } from './span.js';

/** States and halos that are kept, of the newest spans: the coordinator asks as soon as all have signed. */
const KEPT_BYTES = 256 * 1024 * 1024;

/** So many spans are kept however large they are: one may be asked for while the next one is signed. */
const LEAST_KEPT = 3;

/** What a device signs with, and how it hashes. */
export interface Identity {
  readonly signer: Signer;
  readonly digest: Digest;
}

export interface WitnessTools {
  readonly identity: Identity;
  readonly job: Job;
  readonly plan: Plan;
  /** The shard's place in the plan. */
  readonly index: number;
  readonly exchange: Exchange;
  readonly shard: Pick<EngineShard, 'read'>;
  readonly send: (message: Said) => void;
  /** A state could not be read. */
  readonly onFailure: (error: unknown) => void;
}

/** A span that has been signed, or is about to be. */
interface Kept {
  readonly span: Span;
  readonly start: Promise<Float32Array>;
  readonly end: Promise<Float32Array>;
  readonly halos: Promise<{ readonly sent: HaloTable; readonly received: HaloTable }>;
}

/**
 * What one shard's peer keeps and signs under a plan, so that its spans can be computed again by others. Nothing that
 * computes waits for it: states are copied as the engine comes to it, and hashed afterwards.
 */
export class Witness {
  readonly #tools: WitnessTools;
  /** Halos by direction and step, then by the other shard. */
  readonly #halos = {
    sent: new Map<number, Map<number, Float32Array>>(),
    received: new Map<number, Map<number, Float32Array>>(),
  };
  /** By step, the chain of what a snapshot holds of this shard; of the span that has not ended. */
  #snapshots = new Map<number, Promise<string>>();
  readonly #kept: Kept[] = [];
  #from: number;
  #start: Promise<Float32Array>;
  #signing: Promise<void> = Promise.resolve();

  /** The shard holds the state that the plan starts from. */
  constructor(tools: WitnessTools) {
    this.#tools = tools;
    this.#from = tools.plan.from;
    this.#start = this.#read();
  }

  sent(step: number, shard: number, cells: Float32Array): void {
    note(this.#halos.sent, step, shard, cells);
  }

  received(step: number, shard: number, cells: Float32Array): void {
    note(this.#halos.received, step, shard, cells);
  }

  /** The cells of the chunks that this shard stores of the snapshots after `step`, which stay as they are. */
  snapshot(step: number, chunks: readonly Float32Array[]): void {
    const chain = chainOf(chunks, this.#tools.identity.digest);
    // Whoever signs awaits it.
    chain.catch(() => undefined);
    this.#snapshots.set(step, chain);
  }

  /** Ends the span here, where the engine has made all steps up to `step` and been asked for none beyond. */
  end(step: number): void {
    if (step <= this.#from) return;
    const { plan, index, exchange } = this.#tools;
    const span: Span = { plan, shard: index, from: this.#from, to: step };
    const steps = exchangeSteps(span);
    const end = this.#read();
    const snapshots = [...this.#snapshots.values()];
    this.#snapshots = new Map();
    const kept: Kept = {
      span,
      start: this.#start,
      end,
      // What was sent has been read before this state was: until then it may not have been noted.
      halos: end.then(() => ({
        sent: takeTable(this.#halos.sent, steps, exchange.outgoing),
        received: takeTable(this.#halos.received, steps, exchange.incoming),
      })),
    };
    // Whoever signs awaits it.
    kept.halos.catch(() => undefined);
    this.#kept.push(kept);
    this.#forget();
    this.#from = step;
    this.#start = end;
    this.#signing = this.#signing.then(() => this.#sign(kept, snapshots)).catch(this.#tools.onFailure);
  }

  /** Resolves when all spans that have ended are signed. */
  async signed(): Promise<void> {
    await this.#signing;
  }

  /** What is asked of the span that ended at `step`; undefined where it is not kept any more. */
  async evidence(step: number, asked: AskedEvidence): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const kept = this.#kept.find(({ span }) => span.to === step);
    if (!kept) return undefined;
    const { sent, received } = await kept.halos;
    return writeEvidence({
      ...(asked.start && { start: await kept.start }),
      received,
      ...(asked.outcome && { outcome: { sent, end: await kept.end } }),
    });
  }

  /** The span that ended at `step`, to be computed once more; undefined where it is not kept any more. */
  async kept(step: number): Promise<KeptSpan | undefined> {
    const kept = this.#kept.find(({ span }) => span.to === step);
    if (!kept) return undefined;
    const [start, { received }] = await Promise.all([kept.start, kept.halos]);
    return { job: this.#tools.job, span: kept.span, start, received };
  }

  #forget(): void {
    const { job, plan, index, exchange } = this.#tools;
    const bytesOf = ({ span }: Kept) => {
      const { state, incoming, outgoing } = spanCells(job, boxOfSpan(span), exchange);
      return 4 * (state + exchangeSteps(span).length * (incoming + outgoing));
    };
    let bytes = this.#kept.reduce((sum, kept) => sum + bytesOf(kept), 0);
    const least = plan.unseen?.includes(index) ? 0 : LEAST_KEPT;
    while (bytes > KEPT_BYTES && this.#kept.length > least) bytes -= bytesOf(this.#kept.shift() as Kept);
  }

  #read(): Promise<Float32Array> {
    const { job, plan, index, shard } = this.#tools;
    const cells = shard.read(brickSlabs(job, boxOfSpan({ plan, shard: index, from: 0, to: 0 })));
    // Whoever signs awaits it; a run that ends first does not.
    cells.catch(() => undefined);
    return cells;
  }

  async #sign({ span, end, halos: tables }: Kept, snapshots: readonly Promise<string>[]): Promise<void> {
    const { identity, job, plan, index, exchange, send } = this.#tools;
    const { digest } = identity;
    const digests = await brickDigests(job, boxOfSpan(span), await end, digest);
    const halos = await haloChains(exchange, await tables, digest);
    const statement: Statement = {
      job: plan.job,
      plan: plan.id,
      shard: index,
      from: span.from,
      step: span.to,
      root: await rootOf(digests, digest),
      outputs: await outputsHash(await Promise.all(snapshots), digest),
      halos,
    };
    const signature = await signStatement(identity.signer, statement);
    send({ type: 'signed', plan: plan.id, statement, bricks: writeDigests(digests), signature });
  }
}

function note(
  halos: Map<number, Map<number, Float32Array>>,
  step: number,
  shard: number,
  cells: Float32Array,
) {
  const row = halos.get(step) ?? new Map<number, Float32Array>();
  halos.set(step, row.set(shard, cells));
}

/** Takes the halos of some steps out of those that have been noted. */
function takeTable(
  halos: Map<number, Map<number, Float32Array>>,
  steps: readonly number[],
  parcels: Exchange['incoming'],
): HaloTable {
  return steps.map((step) => {
    const row = halos.get(step);
    halos.delete(step);
    return parcels.map(({ shard }) => row?.get(shard) ?? new Float32Array());
  });
}
