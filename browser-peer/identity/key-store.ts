import { inStore } from '../database.js';

const KEYS = { database: 'groundswell-keys', store: 'keys' };

/** Keeps keys in the browser's own database. Where there is none, as in private windows of some browsers, calls reject. */
export interface KeyStore {
  get(name: 'pair' | 'secret'): Promise<unknown>;
  set(name: 'pair' | 'secret', value: CryptoKeyPair | Uint8Array): Promise<void>;
}

export function keyStore(): KeyStore {
  return {
    get: (name) => inStore(KEYS, 'readonly', (store) => store.get(name)),
    set: async (name, value) => {
      await inStore(KEYS, 'readwrite', (store) => store.put(value, name));
    },
  };
}
