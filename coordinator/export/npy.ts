import { open } from 'node:fs/promises';
import { slabsOf, type Tally } from './slabs.js';
import type { StoredArray, StoredBox } from './stored-result.js';

/** numpy aligns what follows the header to as many bytes. */
const ALIGNMENT = 64;

/**
 * Writes an array as `.npy`, slab by slab; with `snapshot`, counted from 0, that one alone, without the dimension
 * of time.
 */
export async function writeNpy(
  file: string,
  array: StoredArray,
  {
    snapshot,
    tally,
    signal,
  }: { readonly snapshot?: number; readonly tally: Tally; readonly signal: AbortSignal },
): Promise<void> {
  const isOfSnapshot = ([time]: StoredBox) => snapshot === undefined || time?.[0] === snapshot;
  const whole = { ...array, chunk: snapshot === undefined ? array.chunk : [1, ...array.chunk.slice(1)] };
  const shape = snapshot === undefined ? array.shape : array.shape.slice(1);
  const handle = await open(file, 'w');
  try {
    await handle.write(header(array.type, shape));
    for (const box of slabsOf(whole)) {
      if (!isOfSnapshot(box)) continue;
      signal.throwIfAborted();
      const values = await array.read(box);
      tally.add(values);
      await handle.writeFile(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    }
  } finally {
    await handle.close();
  }
}

/** Version 1 of the format (numpy.lib.format); little-endian, as all platforms of ours are. */
function header(type: StoredArray['type'], shape: readonly number[]): Buffer {
  const number = type === 'float32' ? '<f4' : '<f8';
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${number}', 'fortran_order': False, 'shape': (${tuple}), }`;
  const before = 10;
  const length = Math.ceil((before + text.length + 1) / ALIGNMENT) * ALIGNMENT - before;
  const bytes = Buffer.alloc(before, '\x93NUMPY\x01\x00', 'latin1');
  bytes.writeUInt16LE(length, 8);
  return Buffer.concat([bytes, Buffer.from(`${text.padEnd(length - 1)}\n`, 'latin1')]);
}
