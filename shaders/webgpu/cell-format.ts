import type { ShardSpec, WaveFormat } from '../engine.js';
import halvesWgsl from './cells-f16.wgsl';
import wholesWgsl from './cells-f32.wgsl';
import halfWgsl from './half.wgsl';

/** How the cells of an array lie in words of 32 bits: one in each, or two, the one with the even index in the lower half. */
export type CellFormat = WaveFormat;

export const BYTES_OF_CELL: Readonly<Record<CellFormat, number>> = { f32: 4, f16: 2 };

/** Neighbours in a row that share a word, so that one thread has to update them. */
export const CELLS_OF_WORD: Readonly<Record<CellFormat, number>> = { f32: 1, f16: 2 };

type Formatted = Pick<ShardSpec, 'keepWavesIn'>;

/** Of a spec's waves; rows of all of its arrays are laid out for it, so that a cell has the same index in each. */
export function waveFormat({ keepWavesIn = 'f32' }: Formatted): CellFormat {
  return keepWavesIn;
}

/** Of a field, or of a medium, which is kept like a tracker: in f32, for what a tracker gains in a step is lost on f16. */
export function formatOf(kind: 'wave' | 'tracker', spec: Formatted): CellFormat {
  return kind === 'wave' ? waveFormat(spec) : 'f32';
}

/** `gs_half(bits, seed)`: the f16 that is kept for an f32. */
export const HALF_WGSL = halfWgsl;

/**
 * What goes before a kernel that changes one state array: `cell_bits(cell)` and `set_cell_bits(cell, bits, seed)`, with the
 * bits of an f32. The seed is that of `gs_half`.
 */
export const CELL_ACCESS: Readonly<Record<CellFormat, string>> = {
  f32: wholesWgsl,
  f16: `${halfWgsl}\n${halvesWgsl}`,
};
