/** A store of the browser's own database, value by key. */
export interface DatabaseStore {
  readonly database: string;
  readonly store: string;
}

/** One request in a transaction of its own. Rejects where there is no database, as in private windows of some browsers. */
export async function inStore<T>(
  { database: name, store }: DatabaseStore,
  mode: IDBTransactionMode,
  request: (objects: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(store);
  const database = await resultOf(opening);
  try {
    return await resultOf(request(database.transaction(store, mode).objectStore(store)));
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
