import { setTimeout as sleep } from 'node:timers/promises';
import { StoreError, StoreUnavailableError } from '../../core/errors.js';
import type { Store } from '../store/store.js';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

export interface Patience {
  /** Told why the store fails, each time it does, and undefined when it works again. */
  readonly onTrouble: (reason: string | undefined) => void;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

/**
 * A store that is asked again for as long as it fails: away, full, read-only or refusing. What a run has computed is
 * worth waiting for whoever mends it. Throws StoreUnavailableError once `signal` aborts, and what is no StoreError at once.
 */
export function patientStore(store: Store, { onTrouble, signal }: Patience): Store {
  async function patiently<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        const done = await work();
        if (attempt > 0) onTrouble(undefined);
        return done;
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        if (signal.aborted) throw new StoreUnavailableError(error.message, { cause: error });
        onTrouble(error.message);
        const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt) * (0.5 + Math.random() / 2);
        // Aborted, it is tried once more, and then given up.
        await sleep(pause, undefined, { signal }).catch(() => {});
      }
    }
  }

  /** A listing that breaks off is made again from its beginning. */
  async function* whole(listing: () => AsyncIterable<string>): AsyncIterable<string> {
    yield* await patiently(async () => {
      const names: string[] = [];
      for await (const name of listing()) names.push(name);
      return names;
    });
  }

  return {
    location: store.location,
    ...(store.direct && { direct: store.direct }),
    get: (key, range) => patiently(() => store.get(key, range)),
    getVersioned: (key) => patiently(() => store.getVersioned(key)),
    put: (key, bytes) => patiently(() => store.put(key, bytes)),
    create: (key, bytes) => patiently(() => store.create(key, bytes)),
    replace: (key, bytes, version) => patiently(() => store.replace(key, bytes, version)),
    remove: (key) => patiently(() => store.remove(key)),
    uploadAddress: (key, bytes, checksums) => patiently(() => store.uploadAddress(key, bytes, checksums)),
    list: (prefix) => whole(() => store.list(prefix)),
    folders: (prefix) => whole(() => store.folders(prefix)),
  };
}
