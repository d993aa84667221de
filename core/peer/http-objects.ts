import { StoreError } from '../errors.js';
import type { RoomAddresses } from '../protocol/addresses.js';
import type { Objects } from './objects.js';

/** The part of the platform's `fetch` that is used here; the core is compiled without its types. */
export type Fetch = (
  url: string,
  init: {
    readonly method: 'GET' | 'PUT';
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: Uint8Array<ArrayBuffer>;
  },
) => Promise<{
  readonly ok: boolean;
  readonly status: number;
  text(): Promise<string>;
  arrayBuffer(): Promise<ArrayBuffer>;
}>;

/** The store's objects by HTTP, from the coordinator or from where it sends a reader or writer on to. */
export function httpObjects(
  fetch: Fetch,
  { object, upload }: Pick<RoomAddresses, 'object' | 'upload'>,
): Objects {
  const ask = async (...[url, init]: Parameters<Fetch>) => {
    try {
      return await fetch(url, init);
    } catch (error) {
      throw new StoreError(`the store can't be reached: ${String(error)}`, { cause: error });
    }
  };
  return {
    async get(key) {
      const response = await ask(object(key), { method: 'GET' });
      if (response.ok) return new Uint8Array(await response.arrayBuffer());
      const answer = await response.text();
      if (response.status === 404) return undefined;
      throw refused(response.status, key, answer);
    },
    async put(url, bytes) {
      const response = await ask(upload(url), {
        method: 'PUT',
        // Bound into the signature of addresses that lead to a bucket, as the length is.
        headers: { 'content-type': 'application/octet-stream' },
        body: bytes as Uint8Array<ArrayBuffer>,
      });
      const answer = await response.text();
      if (!response.ok) throw refused(response.status, url, answer);
    },
  };
}

const refused = (status: number, what: string, answer: string) =>
  new StoreError(`the store answered ${status} for ${what}: ${answer.slice(0, 300)}`);
