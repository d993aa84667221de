import { type FileHandle, open } from 'node:fs/promises';
import { type Box, shapeOf } from '../../core/grid/box.js';
import { type NpyHeader, readNpyHeader } from './npy-header.js';
import { InputRefusal, refuseIf } from './refusal.js';
import type { ArraySource } from './source.js';

type Reader = (view: DataView, at: number, littleEndian: boolean) => number;

/** Kinds of numbers that are taken, by numpy's names for them. */
const READERS: Readonly<Record<string, { readonly bytes: number; readonly read: Reader }>> = {
  f4: { bytes: 4, read: (view, at, little) => view.getFloat32(at, little) },
  f8: { bytes: 8, read: (view, at, little) => view.getFloat64(at, little) },
  i1: { bytes: 1, read: (view, at) => view.getInt8(at) },
  i2: { bytes: 2, read: (view, at, little) => view.getInt16(at, little) },
  i4: { bytes: 4, read: (view, at, little) => view.getInt32(at, little) },
  i8: { bytes: 8, read: (view, at, little) => Number(view.getBigInt64(at, little)) },
  u1: { bytes: 1, read: (view, at) => view.getUint8(at) },
  u2: { bytes: 2, read: (view, at, little) => view.getUint16(at, little) },
  u4: { bytes: 4, read: (view, at, little) => view.getUint32(at, little) },
  u8: { bytes: 8, read: (view, at, little) => Number(view.getBigUint64(at, little)) },
};

/** Opens a `.npy` file of real numbers, in C or Fortran order. Throws InputRefusal. */
export async function openNpy(path: string): Promise<ArraySource> {
  const file = await open(path, 'r');
  try {
    const header = await readNpyHeader(file);
    const reader = READERS[header.number];
    if (reader === undefined) {
      throw new InputRefusal(`holds numbers of type ${header.number}`, 'Save it as float32 or float64');
    }
    const wanted = header.offset + header.shape.reduce((count, cells) => count * cells, reader.bytes);
    const { size } = await file.stat();
    refuseIf(size < wanted, `has ${size} bytes of ${wanted}`, 'Save it again: it was cut short');
    return {
      shape: header.shape,
      fastest: header.fortranOrder && header.shape.length === 3 ? 0 : header.fortranOrder ? 1 : 2,
      read: (box) => readBox(file, header, reader, box),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/**
 * Goes through the box in the order of the file: for each index along the slowest axis, the rows from the first
 * to the last that is wanted are read at once.
 */
async function readBox(
  file: FileHandle,
  { shape, fortranOrder, littleEndian, offset }: NpyHeader,
  { bytes, read }: { readonly bytes: number; readonly read: Reader },
  box: Box,
): Promise<Float32Array> {
  const counts = [...Array.from({ length: 3 - shape.length }, () => 1), ...shape];
  const extent = shapeOf(box);
  const [slow, middle, fast] = fortranOrder ? ([2, 1, 0] as const) : ([0, 1, 2] as const);
  const row = counts[fast] ?? 1;
  const rows = counts[middle] ?? 1;
  const strides = [extent[1] * extent[2], extent[2], 1] as const;

  const cells = new Float32Array(extent[0] * extent[1] * extent[2]);
  const layer = new DataView(new ArrayBuffer(extent[middle] * row * bytes));
  for (let s = 0; s < extent[slow]; s++) {
    const first = ((box.lo[slow] + s) * rows + box.lo[middle]) * row;
    const { bytesRead } = await file.read(layer, 0, layer.byteLength, offset + first * bytes);
    refuseIf(bytesRead < layer.byteLength, 'ends too early', 'Leave it alone while it is read');
    for (let m = 0; m < extent[middle]; m++) {
      for (let f = 0; f < extent[fast]; f++) {
        const at = (m * row + box.lo[fast] + f) * bytes;
        cells[s * strides[slow] + m * strides[middle] + f * strides[fast]] = read(layer, at, littleEndian);
      }
    }
  }
  return cells;
}
