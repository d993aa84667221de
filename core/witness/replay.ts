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
import { sha256 } from '../trust/roots/hash.js';
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

export interface ReplayTools {
  readonly engine: Engine;
  readonly objects: Readable;
  /** Of what is read of a checkpoint. */
  readonly digest?: Digest;
  readonly onSnapshot?: OnSnapshot;
  readonly onExchange?: OnExchange;
  /** Asked before each exchange: whether what comes of the span is still wanted. Always, unless given. */
  readonly goesOn?: () => boolean;
}

/**
 * Computes a span again, from its start and the halos that its peer received: bit for bit what an honest peer has, on an
 * engine of the same numerical class. Rejects with what the engine or the store rejects with, and with PlanEndedError where it is
 * not wanted any more.
 */
export async function replay(
  { engine, objects, digest = sha256, goesOn = () => true, onSnapshot, onExchange }: ReplayTools,
  job: Job,
  span: Span,
  start: SpanStart,
  received: HaloTable,
): Promise<Outcome> {
  const box = boxOfSpan(span);
  const probes = new ProbeLog({ ...job, probes: [] }, box);
  const opened = await openShard({ engine, objects, probes }, job, span.plan, box);
  const { shard } = opened;
  try {
    await loadMedia(job, span.plan.job, opened.held, shard, objects);
    await writeStart(job, span, start, shard, { objects, digest });
    const first = await shard.read(brickSlabs(job, box));
    const sent = await advance(job, span, opened, received, { goesOn, onSnapshot, onExchange });
    return { start: first, sent, end: await shard.read(brickSlabs(job, box)) };
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

interface Told {
  readonly goesOn: () => boolean;
  readonly onSnapshot: OnSnapshot | undefined;
  readonly onExchange: OnExchange | undefined;
}

async function advance(
  job: Job,
  span: Span,
  { shard, sources }: OpenShard,
  received: HaloTable,
  { goesOn, onSnapshot, onExchange }: Told,
): Promise<HaloTable> {
  const snapshots = snapshotsOf(job);
  const exchange = exchangeOf(job, span);
  const { incoming, outgoing, own } = exchange;
  const sent: Float32Array[][] = [];
  for (const [index, step] of exchangeSteps(span).entries()) {
    if (!goesOn()) throw new PlanEndedError(span.plan.id);
    const parcels = await readParcels(shard, outgoing);
    for (const [i, { slabs }] of outgoing.entries()) roundAsSent(job, slabs, parcels[i] as Float32Array);
    sent.push(parcels);
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
  return sent;
}

const readChunks = (shard: EngineShard, chunks: readonly SnapshotChunk[]): Promise<Float32Array[]> =>
  Promise.all(chunks.map(({ slab }) => shard.read([slab])));

function roundAsSent({ run }: Job, slabs: Parameters<typeof partsOf>[0], cells: Float32Array): void {
  if (run.haloError === undefined) return;
  for (const part of partsOf(slabs, cells)) roundCells(part.cells, run.haloError);
}
