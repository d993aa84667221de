import { type Box, eachCellOf, type Triple } from '../grid/box.js';
import { checkJob } from '../job/check.js';
import type { JobFileInput } from '../job/schema.js';
import { type Physics, physicsOf } from './physics.js';

/** A job's physics; nothing of it lies in a store. */
export function physicsOfFile(file: JobFileInput): Promise<Physics> {
  const none = async () => {
    throw new TypeError('this job keeps nothing in a store');
  };
  return physicsOf(checkJob(file), { mediumCells: none, amplitudeOf: none });
}

/** The same ground, with a speed and a damping that differ from cell to cell. */
export function uneven(physics: Physics, courant = 0.2): Physics {
  const cells = (value: (cell: Triple) => number) => async (box: Box) => eachCellOf(box, value);
  return {
    ...physics,
    media: new Map([
      ...physics.media,
      ['speed', cells((cell) => courant * (1 + 0.5 * hashed(cell, 1)))],
      ['damping', cells((cell) => 0.02 * (1 + hashed(cell, 2)))],
    ]),
  };
}

/** From −1 to 1, the same for the same cell and seed, and like chance from one cell to the next. */
export function hashed([z, y, x]: Triple, seed: number): number {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  for (const part of [z, y, x]) {
    state = Math.imul(state ^ part ^ (state >>> 15), 0x2c1b3c6d);
    state = Math.imul(state ^ (state >>> 13), 0x297a2d39);
  }
  return ((state ^ (state >>> 16)) >>> 0) / 2 ** 31 - 1;
}
