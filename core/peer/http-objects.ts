import { decodeUtf8 } from 'lib0/string';
import { StoreError } from '../errors.js';
import type { RoomAddresses } from '../protocol/addresses.js';
import { OBJECT_TIMEOUT_MS } from '../protocol/limits.js';
import type { Objects } from './objects.js';

/** The part of the platform's `fetch` that is used here; the core is compiled without its types. */
export type Fetch = (
  url: string,
  init: {
    readonly method: 'GET' | 'PUT';
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: Uint8Array<ArrayBuffer>;
    /** An AbortSignal. */
    readonly signal: never;
  },
) => Promise<{
  readonly ok: boolean;
  readonly status: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}>;

type Question = Omit<Parameters<Fetch>[1], 'signal'>;

const { AbortSignal } = globalThis as unknown as {
  readonly AbortSignal: { timeout(milliseconds: number): never };
};

/**
 * The store's objects by HTTP, from the coordinator or from where it sends a reader or writer on to. One that is
 * not there, or not taken, within `patience` milliseconds is a StoreError like any other.
 */
export function httpObjects(
  fetch: Fetch,
  { object, upload }: Pick<RoomAddresses, 'object' | 'upload'>,
  patience = OBJECT_TIMEOUT_MS,
): Objects {
  const ask = async (url: string, question: Question) => {
    try {
      const response = await fetch(url, { ...question, signal: AbortSignal.timeout(patience) });
      const { ok, status } = response;
      return { ok, status, bytes: new Uint8Array(await response.arrayBuffer()) };
    } catch (error) {
      throw new StoreError(`the store can't be reached: ${String(error)}`, { cause: error });
    }
  };
  return {
    async get(key) {
      const { ok, status, bytes } = await ask(object(key), { method: 'GET' });
      if (ok) return bytes;
      if (status === 404) return undefined;
      throw refused(status, key, bytes);
    },
    async put(url, body) {
      const { ok, status, bytes } = await ask(upload(url), {
        method: 'PUT',
        // Bound into the signature of addresses that lead to a bucket, as the length is.
        headers: { 'content-type': 'application/octet-stream' },
        body: body as Uint8Array<ArrayBuffer>,
      });
      if (!ok) throw refused(status, url, bytes);
    },
  };
}

const refused = (status: number, what: string, answer: Uint8Array) =>
  new StoreError(`the store answered ${status} for ${what}: ${decodeUtf8(answer).slice(0, 300)}`);
