import type { Slab } from '../../shaders/engine.js';
import { ProtocolError } from '../errors.js';
import { cellCount } from '../grid/box.js';
import { brickBox, bricksOf } from '../grid/bricks.js';
import type { Job } from '../job/job.js';
import { stateSlabs } from '../peer/load.js';
import { boxOfSpan, exchangeOf, type Span } from './span.js';

/** What a peer shows of a span that is too large to be shown whole: some bricks at one step, and the halos that came in then. */
export interface ShownBricks {
  /** The whole state of each, by its place among the shard's bricks. */
  readonly bricks: ReadonlyMap<number, Float32Array>;
  /** By neighbour, in the order of the plan's exchange. */
  readonly received: readonly Float32Array[];
}

/** The state of some of a shard's bricks, brick after brick: one call reads it. */
export function slabsOfBricks(job: Job, span: Span, bricks: readonly number[]): Slab[] {
  return bricks.flatMap((place) => slabsOfBrick(job, span, place));
}

/** Bytes of what is asked: both sides know them beforehand. */
export function shownBytes(job: Job, span: Span, at: number, bricks: readonly number[]): number {
  const halos = comingIn(job, span, at).reduce((sum, { cells }) => sum + cells, 0);
  return 4 * (cellsIn(slabsOfBricks(job, span, bricks)) + halos);
}

/** @throws ProtocolError where there are not as many bytes as were asked for. */
export function readShownBricks(
  job: Job,
  span: Span,
  at: number,
  bricks: readonly number[],
  bytes: Uint8Array,
): ShownBricks {
  const due = shownBytes(job, span, at, bricks);
  if (bytes.length !== due) throw new ProtocolError(`bricks of ${bytes.length} bytes where ${due} were due`);
  // A copy begins where cells are aligned.
  const cells = new Float32Array(new Uint8Array(bytes).buffer);
  let offset = 0;
  const take = (count: number) => {
    offset += count;
    return cells.subarray(offset - count, offset);
  };
  return {
    bricks: new Map(bricks.map((place) => [place, take(cellsIn(slabsOfBrick(job, span, place)))])),
    received: comingIn(job, span, at).map((parcel) => take(parcel.cells)),
  };
}

/** At the span's end there is no exchange. */
const comingIn = (job: Job, span: Span, at: number) => (at < span.to ? exchangeOf(job, span).incoming : []);

function slabsOfBrick(job: Job, span: Span, place: number): Slab[] {
  const brick = bricksOf(job.grid, boxOfSpan(span))[place];
  if (!brick) throw new ProtocolError(`shard ${span.shard} has no brick ${place}`);
  return stateSlabs(job, brickBox(job.grid, brick));
}

const cellsIn = (slabs: readonly Slab[]): number => slabs.reduce((sum, { box }) => sum + cellCount(box), 0);
