import { ProtocolError } from '../errors.js';
import { bricksOf } from '../grid/bricks.js';
import type { Job } from '../job/job.js';
import type { Parcel } from '../peer/exchange.js';
import { HASH_BYTES } from '../trust/roots/hash.js';
import type { Digest } from '../trust/statement/brick-digest.js';
import { BRICK_DIGEST_BYTES } from '../trust/statement/digest-size.js';
import type { Statement } from '../trust/statement/statement.js';
import { chainOfHashes } from './digests.js';
import { columnOf } from './halo-chains.js';
import { outputsHash, outputsOf } from './outputs.js';
import { boxOfSpan, exchangeOf, exchangeSteps, type Span } from './span.js';

/** Hashes of halos by exchange, and then by neighbour, in the order of the plan's exchange; or of chunks, by snapshot. */
export type HashTable = readonly (readonly Uint8Array[])[];

/** What a peer tells of a span that is too large to be shown. */
export interface Trace {
  /** At each step that it was asked for, a digest for each brick of the shard, one after the other. */
  readonly states: readonly Uint8Array[];
  readonly sent: HashTable;
  readonly received: HashTable;
  /** Of the chunks that it brings to the store, by the steps of snapshots. */
  readonly outputs: HashTable;
}

/** The steps of a span that can be traced: those at which halos are exchanged, and its end. */
const tracedSteps = (span: Span): number[] => [...exchangeSteps(span), span.to];

export function canBeTraced(span: Span, at: readonly number[]): boolean {
  const steps = new Set(tracedSteps(span));
  return at.every((step) => steps.has(step));
}

/** So many steps from `from` to `to`, both among them, and as evenly as can be; all there are between them where they are fewer. */
export function stepsBetween(span: Span, from: number, to: number, most: number): number[] {
  const all = tracedSteps(span).filter((step) => step >= from && step <= to);
  if (all.length <= most) return all;
  const places = Array.from({ length: most }, (_, i) => Math.round((i * (all.length - 1)) / (most - 1)));
  return places.map((place) => all[place] as number);
}

/** Bytes of a trace: both sides know them beforehand. */
export function traceBytes(job: Job, span: Span, at: readonly number[]): number {
  const { incoming, outgoing } = exchangeOf(job, span);
  const halos = exchangeSteps(span).length * (incoming.length + outgoing.length);
  const chunks = outputsOf(job, span).reduce((sum, { chunks }) => sum + chunks.length, 0);
  return at.length * stateBytes(job, span) + (halos + chunks) * HASH_BYTES;
}

/** One after the other: states, hashes of halos sent, of halos received, of chunks of outputs. */
export function writeTrace({ states, sent, received, outputs }: Trace): Uint8Array<ArrayBuffer> {
  const parts = [...states, ...sent.flat(), ...received.flat(), ...outputs.flat()];
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** @throws ProtocolError where there are not as many bytes as were asked for. */
export function readTrace(job: Job, span: Span, at: readonly number[], bytes: Uint8Array): Trace {
  const due = traceBytes(job, span, at);
  if (bytes.length !== due) throw new ProtocolError(`a trace of ${bytes.length} bytes where ${due} were due`);
  let offset = 0;
  const take = (count: number) => {
    offset += count;
    return bytes.subarray(offset - count, offset);
  };
  const exchange = exchangeOf(job, span);
  const table = (parcels: readonly Parcel[]): HashTable =>
    exchangeSteps(span).map(() => parcels.map(() => take(HASH_BYTES)));
  const states = at.map(() => take(stateBytes(job, span)));
  const [sent, received] = [table(exchange.outgoing), table(exchange.incoming)];
  const outputs = outputsOf(job, span).map(({ chunks }) => chunks.map(() => take(HASH_BYTES)));
  return { states, sent, received, outputs };
}

/** Whether the halos and the outputs of a trace are those that were signed for. */
export async function tellsWhatIsSigned(
  job: Job,
  span: Span,
  { halos, outputs }: Pick<Statement, 'halos' | 'outputs'>,
  trace: Trace,
  digest: Digest,
): Promise<boolean> {
  const { sent, received } = trace;
  const { incoming, outgoing } = exchangeOf(job, span);
  for (const halo of halos) {
    if ((await chainOfHashes(columnOf(sent, outgoing, halo.shard), digest)) !== halo.sent) return false;
    if ((await chainOfHashes(columnOf(received, incoming, halo.shard), digest)) !== halo.received)
      return false;
  }
  const chains: string[] = [];
  for (const chunks of trace.outputs) chains.push(await chainOfHashes(chunks, digest));
  return (await outputsHash(chains, digest)) === outputs;
}

const stateBytes = (job: Job, span: Span) => bricksOf(job.grid, boxOfSpan(span)).length * BRICK_DIGEST_BYTES;
