import type { Triple } from '../../core/grid/box.js';
import { BYTES_OF_CELL, CELLS_OF_WORD, type CellFormat } from './cell-format.js';

/** A line of memory: what the threads of a GPU fetch at once. */
const LINE_BYTES = 128;

/** The most cells that a line holds. */
export const LINE_CELLS = LINE_BYTES / BYTES_OF_CELL.f16;

/** Rows are padded to whole lines where that makes an array larger by at most this. */
const LARGEST_PADDING = 1 / 8;

const cellsOfLine = (format: CellFormat) => LINE_BYTES / BYTES_OF_CELL[format];

/**
 * The shape in which a frame of `[nz, ny, nx]` cells lies in memory, all of its arrays alike: the rows of its waves begin
 * where a line begins, or, where that wastes much, where a word does.
 */
export function memoryShape([nz, ny, nx]: Triple, waves: CellFormat): Triple {
  const padded = wholeOnes(nx, cellsOfLine(waves));
  return [nz, ny, padded - nx <= nx * LARGEST_PADDING ? padded : wholeOnes(nx, CELLS_OF_WORD[waves])];
}

const wholeOnes = (cells: number, each: number) => Math.ceil(cells / each) * each;

/** Bytes of a state array of that shape in memory. */
export function arrayBytes([nz, ny, pitch]: Triple, format: CellFormat): number {
  return nz * ny * pitch * BYTES_OF_CELL[format];
}

/**
 * Cells by which threads start before a row's first cell that is updated, so that they read and write whole lines of waves: its
 * place modulo this. No more than a word where rows do not begin where lines do.
 */
export function lineOf([, , pitch]: Triple, waves: CellFormat): number {
  return pitch % cellsOfLine(waves) === 0 ? cellsOfLine(waves) : CELLS_OF_WORD[waves];
}
