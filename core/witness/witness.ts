import type { EngineShard } from '../../shaders/engine.js';
import type { Box } from '../grid/box.js';
import type { Job } from '../job/job.js';
import { partsOf } from '../parcel/parcel.js';
import { checkStateFinite } from '../peer/finite.js';
import type { Done } from '../peer/users.js';
import type { Plan } from '../protocol/plan.js';
import type { Said } from '../protocol/session.js';
import type { Sha256 } from '../result/checksums.js';
import type { Digest } from '../trust/statement/brick-digest.js';
import type { Signer } from '../trust/statement/ed25519.js';
import { type Statement, signStatement } from '../trust/statement/statement.js';
import { breathing, brickDigests, brickSlabs, chainOf, rootOf, writeDigests } from './digests.js';
import { type AskedEvidence, type HaloTable, writeEvidence } from './evidence.js';
import { haloChains } from './halo-chains.js';
import { outputsHash } from './outputs.js';
import type { KeptSpan } from './retell.js';
import { writeSample } from './sample.js';
import { boxOfSpan, exchangeSteps, type SignedHalos, type Span, spanCells } from './span.js';

/** States and halos that are kept, of the newest spans: the coordinator asks as soon as all have signed. */
const KEPT_BYTES = 256 * 1024 * 1024;

/** So many spans are kept however large they are: one may be asked for while the next one is signed. */
const LEAST_KEPT = 3;

/** What a device signs with, and how it hashes. */
export interface Identity {
  readonly signer: Signer;
  /** Of what is signed. */
  readonly digest: Digest;
  /** The platform's own, of what is stored, where it is quicker than the one that runs everywhere. */
  readonly sha256?: Sha256;
}

export interface WitnessTools {
  readonly identity: Identity;
  readonly job: Job;
  readonly plan: Plan;
  /** The shard's place in the plan. */
  readonly index: number;
  readonly exchange: SignedHalos;
  readonly shard: Pick<EngineShard, 'read'>;
  /** Of states and halos that are kept of the newest spans; 256 MiB unless given. */
  readonly keptBytes?: number;
  readonly send: (message: Said) => void;
  /** A state could not be read, or is not finite: DivergedError. */
  readonly onFailure: (error: unknown) => void;
}

/** A span that has been signed, or is about to be. */
interface Ended {
  readonly span: Span;
  readonly end: Promise<Float32Array>;
  readonly halos: Promise<{ readonly sent: KeptHalos; readonly received: KeptHalos }>;
}

/** One that somebody may ask for. */
interface Kept extends Ended {
  readonly start: Promise<Float32Array>;
}

/** A halo as it came or went, and who to tell once nobody can ask for it any more. */
interface Noted {
  readonly cells: Float32Array;
  readonly done: Done;
}

/** By step, then by the other shard. */
type Notes = Map<number, Map<number, Noted>>;

/** The halos of a span that went one way. */
interface KeptHalos {
  readonly table: HaloTable;
  /** Tells all that they need not be kept any longer. */
  readonly done: Done;
}

/**
 * What one shard's peer keeps and signs under a plan, so that its spans can be computed again by others. Nothing that
 * computes waits for it: states are copied as the engine comes to it, and hashed afterwards.
 */
export class Witness {
  readonly #tools: WitnessTools;
  /** Of the spans that have not ended. */
  readonly #halos: { readonly sent: Notes; readonly received: Notes } = {
    sent: new Map(),
    received: new Map(),
  };
  /** By step, the chain of what a snapshot holds of this shard; of the span that has not ended. */
  #snapshots = new Map<number, Promise<string>>();
  readonly #kept: Kept[] = [];
  #from: number;
  /** What the span that has not ended began with; undefined where nobody will ask. */
  #start: Promise<Float32Array> | undefined;
  #signing: Promise<void> = Promise.resolve();

  /** The shard holds the state that the plan starts from. */
  constructor(tools: WitnessTools) {
    this.#tools = tools;
    const { plan, index } = tools;
    this.#from = plan.from;
    const mayBeAsked = plan.signed === 'spans' && !plan.unseen?.includes(index);
    this.#start = mayBeAsked ? this.#read() : undefined;
  }

  /** The cells must not change until `done` is called: when their span is signed, and so old that nobody can ask for it any more. */
  sent(step: number, shard: number, cells: Float32Array, done: Done = () => {}): void {
    note(this.#halos.sent, step, shard, { cells, done });
  }

  /** Likewise. */
  received(step: number, shard: number, cells: Float32Array, done: Done = () => {}): void {
    note(this.#halos.received, step, shard, { cells, done });
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
    // However many exchanges there were: of their halos nothing is signed for.
    const steps = plan.signed === 'states' ? [] : exchangeSteps(span);
    const end = this.#read();
    const snapshots = [...this.#snapshots.values()];
    this.#snapshots = new Map();
    const ended: Ended = {
      span,
      end,
      // What was sent has been read before this state was: until then it may not have been noted.
      halos: end.then(() => ({
        sent: takeHalos(this.#halos.sent, steps, exchange.outgoing),
        received: takeHalos(this.#halos.received, steps, exchange.incoming),
      })),
    };
    // Whoever signs awaits it.
    ended.halos.catch(() => undefined);
    this.#from = step;
    this.#signing = this.#signing.then(() => this.#sign(ended, snapshots)).catch(this.#tools.onFailure);
    // After it is to be signed: the memory of what is forgotten is free once it has been, this span's own too.
    if (!this.#start) return void this.#release(ended);
    this.#kept.push({ ...ended, start: this.#start });
    this.#start = end;
    this.#forget();
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
    const start = asked.start ? await kept.start : undefined;
    const end = asked.outcome ? await kept.end : undefined;
    // The memory of its halos may hold others by now.
    if (!this.#kept.includes(kept)) return undefined;
    return writeEvidence({
      ...(start && { start }),
      received: received.table,
      ...(end && { outcome: { sent: sent.table, end } }),
    });
  }

  /** A few bricks of the state at the end of the span that ended at `step`; undefined where it is not kept any more. */
  async sample(step: number, bricks: readonly number[]): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const kept = this.#kept.find(({ span }) => span.to === step);
    return kept && writeSample(this.#tools.job, boxOfSpan(kept.span), await kept.end, bricks);
  }

  /** The span that ended at `step`, to be computed once more; undefined where it is not kept any more. */
  async kept(step: number): Promise<KeptSpan | undefined> {
    const kept = this.#kept.find(({ span }) => span.to === step);
    if (!kept) return undefined;
    const [start, { received }] = await Promise.all([kept.start, kept.halos]);
    if (!this.#kept.includes(kept)) return undefined;
    // It may be wanted for longer than the memory of its halos is kept.
    const table = received.table.map((row) => row.map((cells) => cells.slice()));
    return { job: this.#tools.job, span: kept.span, start, received: table };
  }

  #forget(): void {
    const { job, exchange, keptBytes = KEPT_BYTES } = this.#tools;
    const bytesOf = ({ span }: Kept) => {
      const { state, incoming, outgoing } = spanCells(job, boxOfSpan(span), exchange);
      return 4 * (state + exchangeSteps(span).length * (incoming + outgoing));
    };
    let bytes = this.#kept.reduce((sum, kept) => sum + bytesOf(kept), 0);
    while (bytes > keptBytes && this.#kept.length > LEAST_KEPT) {
      const oldest = this.#kept.shift() as Kept;
      bytes -= bytesOf(oldest);
      void this.#release(oldest);
    }
  }

  /** The span has been forgotten: what its halos are held in is free once it is signed. */
  async #release({ halos }: Ended): Promise<void> {
    await this.#signing;
    // What could not be read was told of, and is not used again.
    const noted = await halos.catch(() => undefined);
    noted?.sent.done();
    noted?.received.done();
  }

  #read(): Promise<Float32Array> {
    const { job, plan, index, shard } = this.#tools;
    const cells = shard.read(brickSlabs(job, boxOfSpan({ plan, shard: index, from: 0, to: 0 })));
    // Whoever signs awaits it; a run that ends first does not.
    cells.catch(() => undefined);
    return cells;
  }

  /** Whoever has what is not finite says so before it signs for it, and signs: how it came to it is for others to find out. */
  async #lookAt(box: Box, cells: Float32Array, step: number): Promise<void> {
    const { job } = this.#tools;
    const breath = breathing();
    try {
      for (const part of partsOf(brickSlabs(job, box), cells)) {
        checkStateFinite(job, [part], part.cells, step);
        await breath(part.cells.byteLength);
      }
    } catch (error) {
      this.#tools.onFailure(error);
    }
  }

  async #sign({ span, end, halos: tables }: Ended, snapshots: readonly Promise<string>[]): Promise<void> {
    const { identity, job, plan, index, exchange, send } = this.#tools;
    const { digest } = identity;
    const box = boxOfSpan(span);
    const cells = await end;
    await this.#lookAt(box, cells, span.to);
    const digests = await brickDigests(job, box, cells, digest);
    const { sent, received } = await tables;
    const halos = await haloChains(exchange, { sent: sent.table, received: received.table }, digest);
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

function note(notes: Notes, step: number, shard: number, noted: Noted): void {
  const row = notes.get(step) ?? new Map<number, Noted>();
  notes.set(step, row.set(shard, noted));
}

/** Takes the halos of some steps out of those that have been noted. */
function takeHalos(notes: Notes, steps: readonly number[], parcels: SignedHalos['incoming']): KeptHalos {
  const rows = steps.map((step) => {
    const row = notes.get(step);
    notes.delete(step);
    return parcels.map(({ shard }) => row?.get(shard));
  });
  return {
    table: rows.map((row) => row.map((noted) => noted?.cells ?? new Float32Array())),
    done: () => {
      for (const noted of rows.flat()) noted?.done();
    },
  };
}
