import { StoreError } from '../../core/errors.js';
import type { Job } from '../../core/job/job.js';
import { snapshotsOf } from '../../core/job/snapshots.js';
import type { Readable } from '../../core/peer/load.js';
import { decodeCells } from '../../core/result/cells.js';
import { decodeChunk } from '../../core/result/chunks.js';
import { type SnapshotChunk, snapshotChunks } from '../../core/result/snapshot-chunks.js';
import { type Digest, isDigestOf } from '../../core/trust/statement/brick-digest.js';
import { chainOf } from '../../core/witness/digests.js';
import { outputsHash, snapshotsIn } from '../../core/witness/outputs.js';
import { boxOfSpan, type Span } from '../../core/witness/span.js';

/** A brick of a checkpoint as it is to lie in the store. */
export interface SignedBrick {
  readonly key: string;
  /** Values of its whole state. */
  readonly cells: number;
  /** Of these, as it was signed: `brickDigests`. */
  readonly digest: Uint8Array;
}

/** Reads the outputs of a span. Resolves to what is wrong with them; undefined where they are those that were signed for. */
export async function misstoredOutputs(
  objects: Readable,
  job: Job,
  span: Span,
  outputs: string,
  digest: Digest,
): Promise<string | undefined> {
  const chains: string[] = [];
  for (const [, due] of snapshotsIn(snapshotsOf(job), span)) {
    const cells: Float32Array[] = [];
    for (const chunk of snapshotChunks(job, span.plan.job, boxOfSpan(span), due)) {
      const stored = await storedChunk(objects, job, chunk);
      if (!stored) return `${chunk.key} is not what it signed for`;
      cells.push(stored);
    }
    chains.push(await chainOf(cells, digest));
  }
  const isSigned = (await outputsHash(chains, digest)) === outputs;
  return isSigned ? undefined : 'it stored other outputs than it signed for';
}

/** The cells of a chunk; undefined where it is not in the store, or is no chunk. */
export function storedChunk(
  objects: Readable,
  { grid }: Job,
  { key, output, chunk }: SnapshotChunk,
): Promise<Float32Array | undefined> {
  return readable(objects, key, (bytes) => decodeChunk(grid, output, chunk, bytes));
}

/** Reads bricks of a checkpoint. Resolves to what is wrong with the first that is not what was signed for; undefined where all are. */
export async function misstoredBrick(
  objects: Readable,
  bricks: readonly SignedBrick[],
  digest: Digest,
): Promise<string | undefined> {
  for (const { key, cells, digest: signed } of bricks) {
    const stored = await readable(objects, key, (bytes) => decodeCells(bytes, cells));
    if (!stored || !(await isDigestOf(signed, stored, digest))) return `${key} is not what it signed for`;
  }
  return undefined;
}

async function readable(
  objects: Readable,
  key: string,
  decode: (bytes: Uint8Array) => Promise<Float32Array>,
): Promise<Float32Array | undefined> {
  const bytes = await objects.get(key);
  if (!bytes) return undefined;
  try {
    return await decode(bytes);
  } catch (error) {
    if (error instanceof StoreError) return undefined;
    throw error;
  }
}
