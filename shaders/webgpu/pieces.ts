import { type Box, cellCount, intersect, type Triple } from '../../core/grid/box.js';
import { piecesOf } from '../../core/grid/pieces.js';
import type { Update } from '../engine.js';
import { MAX_STEPS_PER_SUBMIT } from './pace.js';

/** A step, or the part of one that goes into one dispatch. */
export interface Piece {
  readonly update: Update;
  /** The cells of the update's box that this piece changes. */
  readonly box: Box;
  readonly begins: boolean;
  readonly ends: boolean;
}

/** How much a submit may be, in cell updates. */
export interface Budget {
  readonly cellsPerSubmit: number;
  /** A step beyond this is cut. */
  readonly cellsPerStep: number;
}

/**
 * Deals updates out to submits: several steps where they are small, a part of one where it would take so long that the
 * GPU might be taken for hung. A step that one dispatch does not reach across is cut as well. Cells of one step may be updated in any order, for none reads what another writes.
 */
export class Pieces {
  readonly #updates: readonly Update[];
  readonly #components: number;
  readonly #reach: Triple;
  #next = 0;
  /** What is left of a step that has been cut. */
  #rest: Piece[] = [];

  /** `reach`: cells along each axis of the largest piece. */
  constructor(updates: readonly Update[], components: number, reach: Triple) {
    this.#updates = updates;
    this.#components = components;
    this.#reach = reach;
  }

  /** The next submit's, one of them at least; none when all is dealt out. */
  take({ cellsPerSubmit, cellsPerStep }: Budget): readonly Piece[] {
    const pieces: Piece[] = [];
    let room = cellsPerSubmit;
    while (pieces.length < MAX_STEPS_PER_SUBMIT) {
      const piece = this.#rest.shift() ?? this.#step(cellsPerSubmit, cellsPerStep);
      if (!piece) break;
      room -= this.#cells(piece.box);
      if (room < 0 && pieces.length > 0) {
        this.#rest.unshift(piece);
        break;
      }
      pieces.push(piece);
    }
    return pieces;
  }

  #step(cellsPerSubmit: number, cellsPerStep: number): Piece | undefined {
    const update = this.#updates[this.#next];
    if (!update) return undefined;
    this.#next += 1;
    const whole = this.#cells(update.box) <= cellsPerStep;
    const parts = whole ? [update.box] : [...piecesOf(update.box, cellsPerSubmit / this.#components)];
    const boxes = parts.flatMap((part) => [...blocksOf(part, this.#reach)]);
    const pieces = boxes.map((box, index): Piece => {
      return { update, box, begins: index === 0, ends: index === boxes.length - 1 };
    });
    this.#rest = pieces.slice(1);
    return pieces[0];
  }

  #cells(box: Box): number {
    return cellCount(box) * this.#components;
  }
}

/** A box in blocks of at most so many cells along each axis. */
function* blocksOf(box: Box, [nz, ny, nx]: Triple): Generator<Box> {
  for (let z = box.lo[0]; z < box.hi[0]; z += nz) {
    for (let y = box.lo[1]; y < box.hi[1]; y += ny) {
      for (let x = box.lo[2]; x < box.hi[2]; x += nx) {
        yield intersect(box, { lo: [z, y, x], hi: [z + nz, y + ny, x + nx] });
      }
    }
  }
}
