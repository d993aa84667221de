const STORE = 'keys';

/** Keeps keys in the browser's own database. Where there is none, as in private windows of some browsers, calls reject. */
export interface KeyStore {
  get(name: 'pair' | 'secret'): Promise<unknown>;
  set(name: 'pair' | 'secret', value: CryptoKeyPair | Uint8Array): Promise<void>;
}

export function keyStore(): KeyStore {
  return {
    get: (name) => inStore('readonly', (store) => store.get(name)),
    set: async (name, value) => {
      await inStore('readwrite', (store) => store.put(value, name));
    },
  };
}

/** One request in a transaction of its own. */
async function inStore<T>(
  mode: IDBTransactionMode,
  request: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const opening = indexedDB.open('groundswell-keys', 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await resultOf(opening);
  try {
    return await resultOf(request(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the browser gives no reason'));
  });
}
