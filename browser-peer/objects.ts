import { StoreError } from '../core/errors.js';
import type { Objects } from '../core/peer/objects.js';

/** The coordinator's store over HTTP. `invite` opens rooms that are open by invitation only. */
export function storeObjects(base: string | URL, invite: string | undefined): Objects {
  return {
    async get(key) {
      const response = await request(withInvite(new URL(`store/${key}`, base), invite));
      if (response.status === 404) return undefined;
      if (!response.ok) throw new StoreError(`${key} can't be read: ${await said(response)}`);
      return read(response, key);
    },

    async put(url, bytes) {
      // A signed address is whole as it is, and may lead to another server: no invitation is added.
      const response = await request(new URL(url, base), { method: 'PUT', body: bytes as Uint8Array<ArrayBuffer> });
      if (!response.ok) throw new StoreError(`the store took no object: ${await said(response)}`);
    },
  };
}

function withInvite(url: URL, invite: string | undefined): URL {
  if (invite !== undefined) url.searchParams.set('invite', invite);
  return url;
}

async function request(url: URL, init?: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    throw new StoreError('the store could not be reached', { cause: error });
  }
}

async function read(response: Response, key: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw new StoreError(`${key} ended before all of it was read`, { cause: error });
  }
}

async function said(response: Response): Promise<string> {
  const text = await response.text().catch(() => '');
  return `${response.status} ${text || response.statusText}`.slice(0, 300);
}
