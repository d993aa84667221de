import { MAX_SLICE_SAMPLES } from '../protocol/limits.js';
import { packBytes, unpackBytes } from '../result/cells.js';
import type { SliceMessage } from './messages.js';
import { dequantise, quantise } from './quantise.js';
import { codesOf, residuesOf } from './residues.js';
import type { Samples } from './view.js';

/** A part of a plane, as numbers: `values` is `[rows, columns]`, NaN where nothing is known. */
export interface Slice extends Samples {
  readonly step: number;
  readonly values: Float32Array;
}

/** The message that carries a slice; `view` is the number that the viewer gave what it asks for. */
export async function writeSlice(
  { step, values, row, column, rows, columns }: Slice,
  { plan, view }: { readonly plan: number; readonly view: number },
): Promise<SliceMessage> {
  const { low, high, codes } = quantise(values);
  const samples = { row, column, rows, columns };
  return {
    type: 'slice',
    plan,
    view,
    step,
    low,
    high,
    samples,
    content: await packBytes(residuesOf(codes, columns)),
  };
}

/** @throws StoreError where the content is torn, or is not what its head says. */
export async function readSlice({ step, low, high, samples, content }: SliceMessage): Promise<Slice> {
  const residues = await unpackBytes(content, samples.rows * samples.columns);
  const codes = codesOf(residues, samples.columns);
  return { step, ...samples, values: dequantise({ low, high, codes }) };
}

/** Whether a slice of so many samples may travel. */
export const fitsSlice = ({ rows, columns }: Pick<Samples, 'rows' | 'columns'>) =>
  rows * columns <= MAX_SLICE_SAMPLES;
