import { bytesToHex } from '@noble/hashes/utils';
import { encodeUtf8 } from 'lib0/string';
import type { Job } from '../job/job.js';
import { type Snapshot, snapshotsOf } from '../job/snapshots.js';
import { type SnapshotChunk, snapshotChunks } from '../result/snapshot-chunks.js';
import type { Digest } from '../trust/statement/brick-digest.js';
import { boxOfSpan, type Span } from './span.js';

/** The snapshots of a span by their steps, ascending: those at its end are its own, those at its start are not. */
export function snapshotsIn(
  snapshots: ReadonlyMap<number, readonly Snapshot[]>,
  { from, to }: Pick<Span, 'from' | 'to'>,
): [step: number, due: readonly Snapshot[]][] {
  const within: [number, readonly Snapshot[]][] = [];
  for (let step = from + 1; step <= to; step++) {
    const due = snapshots.get(step);
    if (due) within.push([step, due]);
  }
  return within;
}

/** All that a span brings to the store: its snapshots' chunks, by the steps at which they are taken. */
export function outputsOf(
  job: Job,
  span: Span,
): { readonly step: number; readonly chunks: readonly SnapshotChunk[] }[] {
  return snapshotsIn(snapshotsOf(job), span).map(([step, due]) => ({
    step,
    chunks: snapshotChunks(job, span.plan.job, boxOfSpan(span), due),
  }));
}

/** What a statement says of a span's outputs: one hash of the chains (`chainOf`) of its snapshots' chunks, in the order of their steps. */
export async function outputsHash(chains: readonly string[], digest: Digest): Promise<string> {
  return bytesToHex(await digest(encodeUtf8(chains.join('\n'))));
}
