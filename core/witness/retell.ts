import type { EngineShard } from '../../shaders/engine.js';
import type { Job } from '../job/job.js';
import { brickDigests, brickSlabs, haloHash } from './digests.js';
import type { HaloTable } from './evidence.js';
import { type RecomputeTools, recomputeSpan } from './replay.js';
import { slabsOfBricks } from './shown-bricks.js';
import { boxOfSpan, exchangeSteps, type Span } from './span.js';
import { type Trace, writeTrace } from './trace.js';

/** What a peer keeps of a span that it has signed. */
export interface KeptSpan {
  readonly job: Job;
  readonly span: Span;
  /** The state that it began with. */
  readonly start: Float32Array;
  readonly received: HaloTable;
}

type RetellTools = RecomputeTools & Required<Pick<RecomputeTools, 'digest'>>;

/** Computes a kept span once more, and tells what its bricks were at some steps, its halos and its outputs. Rejects as `recomputeSpan` does. */
export async function retell(
  tools: RetellTools,
  { job, span, start, received }: KeptSpan,
  at: readonly number[],
): Promise<Uint8Array<ArrayBuffer>> {
  const { digest } = tools;
  const states = new Map<number, Uint8Array>();
  const sent: Uint8Array[][] = [];
  const outputs: Uint8Array[][] = [];
  await recomputeSpan(tools, job, span, { kind: 'cells', cells: start }, received, {
    reached: async (step, shard) => {
      if (at.includes(step)) states.set(step, await digestsOf(job, span, shard, digest));
    },
    sent: async (parcels) => {
      sent.push(await hashesOf(parcels, digest));
    },
    onSnapshot: async (_, cells) => {
      outputs.push(await hashesOf(cells, digest));
    },
  });
  const trace: Trace = {
    states: at.map((step) => states.get(step) as Uint8Array),
    sent,
    received: await Promise.all(received.map((parcels) => hashesOf(parcels, digest))),
    outputs,
  };
  return writeTrace(trace);
}

/** The same up to a step of it, and gives what `readShownBricks` reads. */
export async function retellBricks(
  tools: RetellTools,
  { job, span, start, received }: KeptSpan,
  at: number,
  bricks: readonly number[],
): Promise<Uint8Array<ArrayBuffer>> {
  const before: Span = { ...span, to: at };
  let state = new Float32Array();
  await recomputeSpan(tools, job, before, { kind: 'cells', cells: start }, received, {
    reached: async (step, shard) => {
      if (step === at) state = new Float32Array(await shard.read(slabsOfBricks(job, span, bricks)));
    },
    sent: async () => {},
  });
  const halos = received[exchangeSteps(span).indexOf(at)] ?? [];
  const parts = [state, ...halos];
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return new Uint8Array(all.buffer);
}

async function digestsOf(
  job: Job,
  span: Span,
  shard: EngineShard,
  digest: RetellTools['digest'],
): Promise<Uint8Array> {
  const box = boxOfSpan(span);
  return brickDigests(job, box, await shard.read(brickSlabs(job, box)), digest);
}

async function hashesOf(
  parcels: readonly Float32Array[],
  digest: RetellTools['digest'],
): Promise<Uint8Array[]> {
  const hashes: Uint8Array[] = [];
  for (const cells of parcels) hashes.push(await haloHash(cells, digest));
  return hashes;
}
