import FileSystemStore from '@zarrita/storage/fs';
import * as zarr from 'zarrita';
import { type Box, shapeOf } from '../../core/grid/box.js';
import { InputRefusal, refuseIf } from './refusal.js';
import type { ArraySource } from './source.js';

type NumberChunk = zarr.Chunk<zarr.NumberDataType | zarr.BigintDataType>;

/** Decoded chunks that are kept, in bytes: a chunk of the file covers many bricks as a rule. */
const CACHE_BYTES = 256 * 1024 * 1024;

/** Opens a Zarr array in a folder, version 2 or 3, of real numbers. Throws InputRefusal. */
export async function openZarr(path: string): Promise<ArraySource> {
  const node = await explained(() => zarr.open(new FileSystemStore(path)));
  if (node.kind === 'group') {
    throw new InputRefusal('is a Zarr group', 'Name one of its arrays, for example field.zarr/psi');
  }
  const array = withChunkCache(node);
  refuseIf(
    !array.is('number') && !array.is('bigint'),
    `holds values of type ${array.dtype}`,
    'Save it as float32 or float64',
  );
  return {
    shape: array.shape,
    fastest: 2,
    read: (box) => readBox(array as zarr.Array<zarr.NumberDataType | zarr.BigintDataType>, box),
    close: () => Promise.resolve(),
  };
}

async function readBox(
  array: zarr.Array<zarr.NumberDataType | zarr.BigintDataType>,
  box: Box,
): Promise<Float32Array> {
  const axes = array.shape.length === 2 ? ([1, 2] as const) : ([0, 1, 2] as const);
  const selection = axes.map((axis) => zarr.slice(box.lo[axis], box.hi[axis]));
  const { data, stride } = (await explained(() => zarr.get(array, selection))) as NumberChunk;
  const [alongZ = 0, alongY = 0, alongX = 0] = array.shape.length === 2 ? [0, ...stride] : stride;

  const [nz, ny, nx] = shapeOf(box);
  const cells = new Float32Array(nz * ny * nx);
  let next = 0;
  for (let z = 0; z < nz; z++) {
    for (let y = 0; y < ny; y++) {
      for (let x = 0; x < nx; x++) {
        cells[next++] = Number(data[z * alongZ + y * alongY + x * alongX]);
      }
    }
  }
  return cells;
}

/** Keeps the chunks used last. */
const withChunkCache = zarr.defineArrayExtension((array) => {
  const kept = new Map<string, zarr.Chunk<zarr.DataType>>();
  const bytes = (chunk: zarr.Chunk<zarr.DataType>) =>
    'byteLength' in chunk.data ? chunk.data.byteLength : 0;
  let total = 0;
  return {
    async getChunk(place: number[], options?: { signal?: AbortSignal }) {
      const key = place.join();
      const chunk = kept.get(key) ?? (await array.getChunk(place, options));
      if (!kept.delete(key)) total += bytes(chunk);
      kept.set(key, chunk);
      for (const [oldest, old] of kept) {
        if (total <= CACHE_BYTES || oldest === key) break;
        kept.delete(oldest);
        total -= bytes(old);
      }
      return chunk;
    },
  };
});

/** What zarrita says of a file it cannot read, as a refusal. */
async function explained<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!zarr.isZarritaError(error)) throw error;
    throw new InputRefusal(
      `is not a Zarr array that can be read: ${error.message}`,
      'Save it with zarr.save_array',
    );
  }
}
