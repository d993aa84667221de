import type { AsyncMutable } from 'zarrita';
import type { Store } from '../store/store.js';

/** What zarrita reads and writes, under `prefix` in a store. Its paths begin with `/`. */
export function zarrStore(store: Store, prefix: string): AsyncMutable {
  return {
    get: (path) => store.get(prefix + path),
    set: (path, bytes) => store.put(prefix + path, bytes),
  };
}
