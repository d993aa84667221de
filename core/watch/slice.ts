import { MAX_SLICE_SAMPLES, MAX_VOLUME_SAMPLES } from '../protocol/limits.js';
import { packBytes, unpackBytes } from '../result/cells.js';
import type { SliceMessage } from './messages.js';
import { dequantise, quantise } from './quantise.js';
import { codesOf, residuesOf } from './residues.js';
import { type Samples, sampleCount, type Viewed } from './view.js';

/** A part of a plane or a volume, as numbers: `values` is `[layers, rows, columns]`, NaN where nothing is known. */
export interface Slice extends Samples {
  readonly step: number;
  readonly values: Float32Array;
}

/** The message that carries a slice; `view` is the number that the viewer gave what it asks for. */
export async function writeSlice(
  { step, values, layer, row, column, layers, rows, columns }: Slice,
  { plan, view }: { readonly plan: number; readonly view: number },
): Promise<SliceMessage> {
  const { low, high, codes } = quantise(values);
  const samples = { layer, row, column, layers, rows, columns };
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
  const residues = await unpackBytes(content, sampleCount(samples));
  const codes = codesOf(residues, samples.columns);
  return { step, ...samples, values: dequantise({ low, high, codes }) };
}

/** Whether so many samples may travel at once: of a volume fewer, for they are of all the field. */
export const fitsSlice = (samples: Samples, { axis }: Pick<Viewed, 'axis'>): boolean =>
  sampleCount(samples) <= (axis === 'all' ? MAX_VOLUME_SAMPLES : MAX_SLICE_SAMPLES);
