import type { WorkgroupMemory } from '../shaders/webgpu/workgroup-memory.js';

const STORE = 'workgroups';

/** Remembers in the browser's own database, for workers have no localStorage. Where there is none, as in private windows of some browsers, calls reject. */
export function workgroupStore(): WorkgroupMemory {
  return {
    get: async (key) => {
      const value: unknown = await inStore('readonly', (store) => store.get(key));
      return typeof value === 'string' ? value : undefined;
    },
    set: async (key, value) => {
      await inStore('readwrite', (store) => store.put(value, key));
    },
  };
}

/** One request in a transaction of its own. */
async function inStore<T>(
  mode: IDBTransactionMode,
  request: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const opening = indexedDB.open('groundswell', 1);
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
