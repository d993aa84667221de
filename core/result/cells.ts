import { StoreError } from '../errors.js';

// Cells in the store: f32 little-endian (the order of every platform with WebAssembly or WebGPU), C order `[z, y, x]`, zstd.

type Zstd = ReturnType<typeof import('numcodecs/zstd')['default']['fromConfig']>;

let codec: Promise<Zstd> | undefined;

/** Loaded when first needed: a page that only watches never fetches it. */
function zstd(): Promise<Zstd> {
  codec ??= import('numcodecs/zstd').then(({ default: Zstd }) => Zstd.fromConfig({ id: 'zstd', level: 1 }));
  return codec;
}

/** Bytes of a checkpoint's brick, a job's input or a chunk of an output. The cells are not changed. */
export async function encodeCells(cells: Float32Array): Promise<Uint8Array> {
  const bytes = new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength);
  return (await zstd()).encode(bytes);
}

/** The cells of `encodeCells`. Throws StoreError where the bytes are torn or do not hold `count` cells. */
export async function decodeCells(bytes: Uint8Array, count: number): Promise<Float32Array> {
  const decoder = await zstd();
  let decoded: Uint8Array;
  try {
    decoded = await decoder.decode(bytes);
  } catch (cause) {
    throw new StoreError('cells that cannot be read: no whole zstd frame', { cause });
  }
  const due = count * Float32Array.BYTES_PER_ELEMENT;
  if (decoded.byteLength !== due) {
    throw new StoreError(`cells that cannot be read: ${decoded.byteLength} bytes where ${due} are due`);
  }
  return new Float32Array(decoded.slice().buffer);
}
