import type { Slab } from '../../shaders/engine.js';
import { LinkError, StoreError } from '../errors.js';
import { type Box, cellCount, shapeOf } from '../grid/box.js';
import { isAllZero } from '../result/fingerprint.js';
import { compress, decompress } from '../result/zstd.js';
import { fromPlanes, toPlanes } from './planes.js';
import { residuals, restore } from './prediction.js';

/** `plain`: cells as they are. `packed`: what a prediction leaves of them, in byte planes, as one zstd frame. */
export const CODINGS = ['plain', 'packed'] as const;
export type Coding = (typeof CODINGS)[number];

/** The cells of some slabs on their way. Whoever packs them and whoever unpacks them know the slabs. */
export interface Parcel {
  readonly coding: Coding;
  /** For each slab, whether all its cells are 0 (and none −0): then nothing more is said of it. */
  readonly quiet: readonly boolean[];
  /** The cells of all other slabs, one slab after the other. */
  readonly content: Uint8Array;
}

type Boxes = readonly Pick<Slab, 'box'>[];

/** Packs the cells of `slabs`, one slab after the other. What is not packed is a view of them where it can be. */
export async function pack(slabs: Boxes, cells: Float32Array, coding: Coding): Promise<Parcel> {
  const parts = partsOf(slabs, cells);
  const quiet = parts.map((part) => isAllZero(part.cells));
  const loud = parts.filter((_, slab) => !quiet[slab]);
  if (loud.length === 0) return { coding: 'plain', quiet, content: new Uint8Array(0) };
  if (coding === 'plain') {
    const whole = loud.length === parts.length ? cells : joined(loud.map((part) => part.cells));
    return { coding, quiet, content: new Uint8Array(whole.buffer, whole.byteOffset, whole.byteLength) };
  }
  const words = new Uint32Array(countCells(loud));
  let next = 0;
  for (const part of loud) {
    residuals(part.cells, shapeOf(part.box), words.subarray(next, next + part.cells.length));
    next += part.cells.length;
  }
  return { coding, quiet, content: await compress(toPlanes(words)) };
}

/** The cells of `slabs`: what `pack` was given, bit for bit. Throws LinkError where the parcel does not hold them. */
export async function unpack({ coding, quiet, content }: Parcel, slabs: Boxes): Promise<Float32Array> {
  if (quiet.length !== slabs.length) {
    throw new LinkError(`a parcel of ${quiet.length} slabs came where ${slabs.length} were due`);
  }
  const loud = slabs.filter((_, slab) => !quiet[slab]);
  const due = countCells(loud) * Float32Array.BYTES_PER_ELEMENT;
  if (coding === 'plain') {
    if (content.byteLength !== due) {
      throw new LinkError(`a parcel of ${content.byteLength} bytes came where ${due} were due`);
    }
    const sent = new Float32Array(content.buffer, content.byteOffset, due / Float32Array.BYTES_PER_ELEMENT);
    if (loud.length === slabs.length) return sent;
    const cells = new Float32Array(countCells(slabs));
    let taken = 0;
    for (const part of loudParts(slabs, cells, quiet)) {
      part.cells.set(sent.subarray(taken, taken + part.cells.length));
      taken += part.cells.length;
    }
    return cells;
  }
  const words = fromPlanes(await unzipped(content, due));
  const cells = new Float32Array(countCells(slabs));
  let taken = 0;
  for (const part of loudParts(slabs, cells, quiet)) {
    restore(words.subarray(taken, taken + part.cells.length), part.cells, shapeOf(part.box));
    taken += part.cells.length;
  }
  return cells;
}

async function unzipped(content: Uint8Array, due: number): Promise<Uint8Array> {
  try {
    return await decompress(content, due);
  } catch (error) {
    if (error instanceof StoreError)
      throw new LinkError('a parcel came that cannot be unpacked', { cause: error });
    throw error;
  }
}

export interface Part {
  readonly box: Box;
  /** A view of all the slabs' cells. */
  readonly cells: Float32Array;
}

/** Each slab's own cells, as views of all of them. */
export function partsOf(slabs: Boxes, cells: Float32Array): Part[] {
  let offset = 0;
  return slabs.map(({ box }) => {
    const start = offset;
    offset += cellCount(box);
    return { box, cells: cells.subarray(start, offset) };
  });
}

const loudParts = (slabs: Boxes, cells: Float32Array, quiet: readonly boolean[]) =>
  partsOf(slabs, cells).filter((_, slab) => !quiet[slab]);

function countCells(slabs: Boxes): number {
  return slabs.reduce((sum, { box }) => sum + cellCount(box), 0);
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let next = 0;
  for (const part of parts) {
    whole.set(part, next);
    next += part.length;
  }
  return whole;
}
