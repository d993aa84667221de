import type { AsyncMutable, AsyncReadable, RangeQuery } from 'zarrita';
import type { ByteRange, Store } from '../store/store.js';

/** Where a Zarr hierarchy can be read. */
export type ZarrSource = Pick<Store, 'get'>;

/** What zarrita reads, under `prefix` in a store, or all of it. Its paths begin with `/`. */
export function zarrReader(source: ZarrSource, prefix = ''): AsyncReadable {
  const keyOf = (path: string) => (prefix === '' ? path.slice(1) : prefix + path);
  return {
    get: (path) => source.get(keyOf(path)),
    getRange: (path, range) => source.get(keyOf(path), byteRange(range)),
  };
}

/** What zarrita reads and writes, under `prefix` in a store. */
export function zarrStore(store: Store, prefix: string): AsyncMutable {
  return { ...zarrReader(store, prefix), set: (path, bytes) => store.put(prefix + path, bytes) };
}

const byteRange = (range: RangeQuery): ByteRange =>
  'suffixLength' in range ? { last: range.suffixLength } : { from: range.offset, length: range.length };
