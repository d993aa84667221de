import { type Box, cellCount } from '../../core/grid/box.js';
import { piecesOf } from '../../core/grid/pieces.js';
import type { Update } from '../engine.js';
import { MAX_STEPS_PER_SUBMIT } from './pace.js';

/** A step, or the part of one that goes into one submit. */
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
 * GPU might be taken for hung. Cells of one step may be updated in any order, for none reads what another writes.
 */
export class Pieces {
  readonly #updates: readonly Update[];
  readonly #components: number;
  #next = 0;
  /** What is left of a step that has been cut. */
  #rest: Piece[] = [];

  constructor(updates: readonly Update[], components: number) {
    this.#updates = updates;
    this.#components = components;
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
    const boxes = whole ? [update.box] : [...piecesOf(update.box, cellsPerSubmit / this.#components)];
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
