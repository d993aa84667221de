import type { Slab } from '../../shaders/engine.js';
import { LinkError } from '../errors.js';
import { cellCount, shapeOf } from '../grid/box.js';
import { isAllZero } from '../result/fingerprint.js';
import { deflate, inflate } from './deflate.js';
import { fromPlanes, noisyBytes, toPlanes } from './planes.js';
import { residuals, restore } from './prediction.js';

/**
 * `plain`: cells as they are. `packed`: what a prediction leaves of them, in byte planes: how many bytes of the lowest are as they are (u32),
 * these, and the rest as a raw DEFLATE stream.
 */
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

type HasBox = Pick<Slab, 'box'>;
type Boxes = readonly HasBox[];

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
  return { coding, quiet, content: await packedPlanes(toPlanes(words)) };
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
  const words = fromPlanes(await unpackedPlanes(content, due));
  const cells = new Float32Array(countCells(slabs));
  let taken = 0;
  for (const part of loudParts(slabs, cells, quiet)) {
    restore(words.subarray(taken, taken + part.cells.length), part.cells, shapeOf(part.box));
    taken += part.cells.length;
  }
  return cells;
}

const PREFIX_BYTES = 4;

async function packedPlanes(planes: Uint8Array): Promise<Uint8Array> {
  const noisy = noisyBytes(planes);
  const chunks = [planes.subarray(0, noisy), ...(await deflate(planes.subarray(noisy)))];
  const content = new Uint8Array(chunks.reduce((sum, { byteLength }) => sum + byteLength, PREFIX_BYTES));
  new DataView(content.buffer).setUint32(0, noisy, true);
  let filled = PREFIX_BYTES;
  for (const chunk of chunks) {
    content.set(chunk, filled);
    filled += chunk.byteLength;
  }
  return content;
}

async function unpackedPlanes(content: Uint8Array, due: number): Promise<Uint8Array> {
  const planes = new Uint8Array(due);
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const noisy = view.byteLength < PREFIX_BYTES ? Infinity : view.getUint32(0, true);
  const deflated = PREFIX_BYTES + noisy;
  if (noisy > due || deflated > content.byteLength) {
    throw new LinkError(`a parcel of ${content.byteLength} bytes came that cannot hold ${due}`);
  }
  planes.set(content.subarray(PREFIX_BYTES, deflated));
  await inflate(content.subarray(deflated), planes.subarray(noisy));
  return planes;
}

/** One slab, and its cells. */
export type Part<S extends HasBox = HasBox> = S & {
  /** A view of all the slabs' cells. */
  readonly cells: Float32Array;
};

/** Each slab with its own cells, as views of all of them. */
export function partsOf<S extends HasBox>(slabs: readonly S[], cells: Float32Array): Part<S>[] {
  let offset = 0;
  return slabs.map((slab) => {
    const start = offset;
    offset += cellCount(slab.box);
    return { ...slab, cells: cells.subarray(start, offset) };
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
