import { ProtocolError } from '../errors.js';
import type { Job } from '../job/job.js';
import type { Parcel } from '../peer/exchange.js';
import { boxOfSpan, exchangeOf, exchangeSteps, type Span, spanCells } from './span.js';

/** What is asked of a span: the halos that came in, always; the state at its start, unless it is known; and the rest, where no bits can be compared. */
export interface AskedEvidence {
  readonly start: boolean;
  /** The state at its end and the halos that were sent. */
  readonly outcome: boolean;
}

/** Halos by exchange, and then by neighbour, in the order of the plan's exchange. */
export type HaloTable = readonly (readonly Float32Array[])[];

/** What a peer shows of a span. */
export interface Evidence {
  readonly start?: Float32Array;
  readonly received: HaloTable;
  readonly outcome?: { readonly sent: HaloTable; readonly end: Float32Array };
}

/** Bytes of what is asked: both sides know them beforehand. */
export function evidenceBytes(job: Job, span: Span, asked: AskedEvidence): number {
  const { state, incoming, outgoing } = spanCells(job, boxOfSpan(span), exchangeOf(job, span));
  const exchanges = exchangeSteps(span).length;
  const outcome = asked.outcome ? exchanges * outgoing + state : 0;
  return 4 * ((asked.start ? state : 0) + exchanges * incoming + outcome);
}

/** Cells one after the other, f32 as they lie in memory: start, halos received, halos sent, end. */
export function writeEvidence({ start, received, outcome }: Evidence): Uint8Array<ArrayBuffer> {
  const parts = [
    ...(start ? [start] : []),
    ...received.flat(),
    ...(outcome ? [...outcome.sent.flat(), outcome.end] : []),
  ];
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return new Uint8Array(all.buffer);
}

/** @throws ProtocolError where there are not as many bytes as were asked for. */
export function readEvidence(job: Job, span: Span, asked: AskedEvidence, bytes: Uint8Array): Evidence {
  const due = evidenceBytes(job, span, asked);
  if (bytes.byteLength !== due) {
    throw new ProtocolError(`evidence of ${bytes.byteLength} bytes where ${due} were due`);
  }
  // A copy begins where cells are aligned; `slice` of one of Node's buffers would be none.
  const cells = new Float32Array(new Uint8Array(bytes).buffer);
  let offset = 0;
  const take = (count: number) => {
    offset += count;
    return cells.subarray(offset - count, offset);
  };
  const exchange = exchangeOf(job, span);
  const { state } = spanCells(job, boxOfSpan(span), exchange);
  const table = (parcels: readonly Parcel[]): HaloTable =>
    exchangeSteps(span).map(() => parcels.map((parcel) => take(parcel.cells)));
  const start = asked.start ? take(state) : undefined;
  const received = table(exchange.incoming);
  const outcome = asked.outcome ? { sent: table(exchange.outgoing), end: take(state) } : undefined;
  return { ...(start && { start }), received, ...(outcome && { outcome }) };
}
