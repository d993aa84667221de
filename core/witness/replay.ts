import type { Engine, EngineShard } from '../../shaders/engine.js';
import { PlanEndedError } from '../errors.js';
import { updateBoxes } from '../grid/deep.js';
import type { Job } from '../job/job.js';
import { snapshotsOf } from '../job/snapshots.js';
import { partsOf } from '../parcel/parcel.js';
import { roundCells } from '../parcel/rounding.js';
import { readParcels } from '../peer/exchange.js';
import { loadCheckpoint, loadInitial, type Readable } from '../peer/load.js';
import { type OpenShard, openShard } from '../peer/open-shard.js';
import { ProbeLog } from '../peer/probe-log.js';
import { loadMedia } from '../peer/surroundings.js';
import { type SnapshotChunk, snapshotChunks } from '../result/snapshot-chunks.js';
import { portableDigest } from '../trust/statement/blake3.js';
import type { Digest } from '../trust/statement/brick-digest.js';
import { brickSlabs } from './digests.js';
import type { HaloTable } from './evidence.js';
import { snapshotsIn } from './outputs.js';
import { boxOfSpan, exchangeOf, exchangeSteps, type Span } from './span.js';

/** Where a span's state at its start is had from. */
export type SpanStart =
  | { readonly kind: 'cells'; readonly cells: Float32Array }
  /** The job's own, or a sealed checkpoint: from the job's file and the store. */
  | { readonly kind: 'initial' }
  | { readonly kind: 'checkpoint'; readonly seal: number };

/** What comes of a span. */
export interface Outcome {
  readonly start: Float32Array;
  readonly sent: HaloTable;
  readonly end: Float32Array;
}

/** Told of each snapshot of a span that is computed again, in the order of their steps: its chunks, and the cells of each. */
export type OnSnapshot = (chunks: readonly SnapshotChunk[], cells: readonly Float32Array[]) => Promise<void>;

/** Told of each exchange, once the shard has what came in and before it makes the steps that follow: it may change the shard. */
export type OnExchange = (shard: EngineShard, step: number) => Promise<void>;

export interface RecomputeTools {
  readonly engine: Engine;
  readonly objects: Readable;
  /** Of what is read of a checkpoint. */
  readonly digest?: Digest;
  /** Asked before each exchange: whether what comes of the span is still wanted. Always, unless given. */
  readonly goesOn?: () => boolean;
}

/** What is looked at while a span is computed again. */
interface Sight {
  /** The shard is as it was after `step` steps: at each exchange, before it, and at the span's end. */
  readonly reached: (step: number, shard: EngineShard) => Promise<void>;
  /** What the shard sends in the exchange at the step that was reached last. */
  readonly sent: (parcels: readonly Float32Array[]) => Promise<void>;
  readonly onExchange?: OnExchange | undefined;
  readonly onSnapshot?: OnSnapshot | undefined;
}

/**
 * Computes a span again, from its start and the halos that its peer received: bit for bit what an honest peer has, on an
 * engine of the same numerical class. Rejects with what the engine or the store rejects with, and with PlanEndedError where it is
 * not wanted any more.
 */
export async function replay(
  { onSnapshot, onExchange, ...tools }: RecomputeTools & Pick<Sight, 'onSnapshot' | 'onExchange'>,
  job: Job,
  span: Span,
  start: SpanStart,
  received: HaloTable,
): Promise<Outcome> {
  const slabs = brickSlabs(job, boxOfSpan(span));
  const states: Float32Array[] = [];
  const sent: (readonly Float32Array[])[] = [];
  await recomputeSpan(tools, job, span, start, received, {
    reached: async (step, shard) => {
      if (step === span.from || step === span.to) states.push(await shard.read(slabs));
    },
    sent: async (parcels) => {
      sent.push(parcels);
    },
    onExchange,
    onSnapshot,
  });
  const [first, end] = states as [Float32Array, Float32Array];
  return { start: first, sent, end };
}

/** The same, for who looks at it as it comes. A span that ends where it begins is loaded, and looked at once. */
export async function recomputeSpan(
  { engine, objects, digest = portableDigest, goesOn = () => true }: RecomputeTools,
  job: Job,
  span: Span,
  start: SpanStart,
  received: HaloTable,
  sight: Sight,
): Promise<void> {
  const box = boxOfSpan(span);
  const probes = new ProbeLog({ ...job, probes: [] }, box);
  const opened = await openShard({ engine, objects, probes }, job, span.plan, box);
  const { shard } = opened;
  try {
    await loadMedia(job, span.plan.job, opened.held, shard, objects);
    await writeStart(job, span, start, shard, { objects, digest });
    await advance(job, span, opened, received, goesOn, sight);
    await sight.reached(span.to, shard);
  } finally {
    await shard.close();
  }
}

async function writeStart(
  job: Job,
  span: Span,
  start: SpanStart,
  shard: EngineShard,
  store: { readonly objects: Readable; readonly digest: Digest },
) {
  const box = boxOfSpan(span);
  switch (start.kind) {
    case 'cells':
      return shard.write(brickSlabs(job, box), start.cells);
    case 'initial':
      return loadInitial(job, span.plan.job, box, shard, store.objects);
    case 'checkpoint':
      await loadCheckpoint(job, span.plan.job, start.seal, box, shard, store);
  }
}

async function advance(
  job: Job,
  span: Span,
  { shard, sources }: OpenShard,
  received: HaloTable,
  goesOn: () => boolean,
  { reached, sent, onExchange, onSnapshot }: Sight,
): Promise<void> {
  const snapshots = snapshotsOf(job);
  const exchange = exchangeOf(job, span);
  const { incoming, outgoing, own } = exchange;
  for (const [index, step] of exchangeSteps(span).entries()) {
    if (!goesOn()) throw new PlanEndedError(span.plan.id);
    await reached(step, shard);
    const parcels = await readParcels(shard, outgoing);
    for (const [i, { slabs }] of outgoing.entries()) roundAsSent(job, slabs, parcels[i] as Float32Array);
    await sent(parcels);
    if (own.source.length > 0) await shard.write(own.target, await shard.read(own.source));
    for (const [i, { slabs }] of incoming.entries()) {
      await shard.write(slabs, received[index]?.[i] as Float32Array);
    }
    await onExchange?.(shard, step);
    const steps = Math.min(span.plan.exchangeEvery, span.to - step);
    const boxes = updateBoxes(
      boxOfSpan(span),
      job.updatable,
      steps,
      job.model.model.radius,
      job.grid.dimensions,
    );
    const updates = boxes.map((box, done) => ({
      box,
      time: (step + done) * job.dt,
      amplitudes: sources.map(({ amplitude }) => amplitude(step + done)),
    }));
    const to = step + steps;
    const due = new Map(onSnapshot && snapshotsIn(snapshots, { from: step, to }));
    let made = step;
    for (const stop of new Set([...due.keys(), to])) {
      const next = updates.slice(made - step, stop - step);
      if (next.length > 0) await shard.advance(next);
      const chunks = snapshotChunks(job, span.plan.job, boxOfSpan(span), due.get(stop) ?? []);
      if (due.has(stop)) await onSnapshot?.(chunks, await readChunks(shard, chunks));
      made = stop;
    }
  }
}

const readChunks = (shard: EngineShard, chunks: readonly SnapshotChunk[]): Promise<Float32Array[]> =>
  Promise.all(chunks.map(({ slab }) => shard.read([slab])));

/** Rounds cells that were read to be sent, where the job allows that: in place. */
export function roundAsSent({ run }: Job, slabs: Parameters<typeof partsOf>[0], cells: Float32Array): void {
  if (run.haloError === undefined) return;
  for (const part of partsOf(slabs, cells)) roundCells(part.cells, run.haloError);
}
