import { StoreError } from '../errors.js';
import { zstd } from './zstd.js';

// Cells in the store: f32 little-endian (the order of every platform with WebAssembly or WebGPU), C order `[z, y, x]`, zstd.

const ZSTD_MAGIC = 0xfd2fb528;

/** Fast, and a running wave compresses little better at any level. */
const LEVEL = 1;

/** Bytes of a checkpoint's brick, a job's input or a chunk of an output. The cells are not changed. */
export function encodeCells(cells: Float32Array): Promise<Uint8Array> {
  return packBytes(new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength));
}

/** A zstd frame that holds `bytes`. */
export async function packBytes(bytes: Uint8Array): Promise<Uint8Array> {
  return (await zstd()).compress(bytes, LEVEL);
}

/** The cells of `encodeCells`. Throws StoreError where the bytes are torn or do not hold `count` cells. */
export async function decodeCells(bytes: Uint8Array, count: number): Promise<Float32Array> {
  const decoded = await unpackBytes(bytes, count * Float32Array.BYTES_PER_ELEMENT);
  return new Float32Array(decoded.slice().buffer);
}

/** How many cells bytes of `encodeCells` say that they hold; undefined where they do not say it. */
export function cellsIn(bytes: Uint8Array): number | undefined {
  const size = contentSize(bytes);
  return size === undefined ? undefined : size / Float32Array.BYTES_PER_ELEMENT;
}

/** The `due` bytes that a zstd frame holds. Throws StoreError where it is torn, or holds more or fewer. */
export async function unpackBytes(bytes: Uint8Array, due: number): Promise<Uint8Array> {
  // Asked first: bytes come from other peers, and a few of them can claim gigabytes.
  if (contentSize(bytes) !== due) {
    throw new StoreError(`cells that cannot be read: no zstd frame of ${due} bytes`);
  }
  const decoder = await zstd();
  let decoded: Uint8Array;
  try {
    decoded = decoder.decompress(bytes);
  } catch (cause) {
    throw new StoreError('cells that cannot be read: no whole zstd frame', { cause });
  }
  if (decoded.byteLength !== due) {
    throw new StoreError(`cells that cannot be read: ${decoded.byteLength} bytes where ${due} are due`);
  }
  return decoded;
}

/** The content size that a zstd frame's header declares; undefined where it declares none (RFC 8878, 3.1.1.1). */
function contentSize(bytes: Uint8Array): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.byteLength < 5 || view.getUint32(0, true) !== ZSTD_MAGIC) return undefined;
  const descriptor = view.getUint8(4);
  const singleSegment = (descriptor & 0x20) !== 0;
  const start = 5 + (singleSegment ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] as number);
  const length = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] as number;
  if (view.byteLength < start + length) return undefined;
  switch (length) {
    case 1:
      return view.getUint8(start);
    case 2:
      return view.getUint16(start, true) + 256;
    case 4:
      return view.getUint32(start, true);
    case 8:
      return Number(view.getBigUint64(start, true));
  }
  return undefined;
}
