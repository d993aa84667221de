import { decodeUtf8 } from 'lib0/string';
import { StoreError, StoreUnavailableError } from '../errors.js';
import type { RoomAddresses } from '../protocol/addresses.js';
import { OBJECT_TIMEOUT_MS } from '../protocol/limits.js';
import type { Objects } from './objects.js';
import { type Persistence, persistently, USUAL_PERSISTENCE } from './persistently.js';

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

/** What is asked of the store, and for how long. */
interface Patience extends Persistence {
  /** An object that has not come or gone within so many milliseconds has stalled. */
  readonly stalledAfterMs: number;
}

const USUAL_PATIENCE: Patience = { ...USUAL_PERSISTENCE, stalledAfterMs: OBJECT_TIMEOUT_MS };

/**
 * The store's objects by HTTP, from the coordinator or from where it sends a reader or writer on to. Reading is
 * tried again where it may succeed later. Writing is not: the address may be what no longer serves.
 */
export function httpObjects(
  fetch: Fetch,
  { object, upload }: Pick<RoomAddresses, 'object' | 'upload'>,
  patience: Patience = USUAL_PATIENCE,
): Objects {
  const ask = async (url: string, question: Question) => {
    try {
      const signal = AbortSignal.timeout(patience.stalledAfterMs);
      const response = await fetch(url, { ...question, signal });
      const { ok, status } = response;
      return { ok, status, bytes: new Uint8Array(await response.arrayBuffer()) };
    } catch (error) {
      throw new StoreUnavailableError(`the store can't be reached: ${String(error)}`, { cause: error });
    }
  };
  const bring = async (url: string, body: Uint8Array, checksum: Readonly<Record<string, string>>) => {
    const { ok, status, bytes } = await ask(upload(url), {
      method: 'PUT',
      // All of these are bound into the signature of addresses that lead to a bucket, as the length is.
      headers: { 'content-type': 'application/octet-stream', ...checksum },
      body: body as Uint8Array<ArrayBuffer>,
    });
    if (!ok) throw refused(status, url.split('?')[0] ?? url, bytes);
  };
  return {
    get: (key) =>
      persistently(async () => {
        const { ok, status, bytes } = await ask(object(key), { method: 'GET' });
        if (ok) return bytes;
        if (status === 404) return undefined;
        throw refused(status, key, bytes);
      }, patience),
    put: (url, body, { md5, sha256 }) =>
      bring(url, body, { 'content-md5': md5, ...(sha256 && { 'x-amz-checksum-sha256': sha256 }) }),
    show: (url, body) => bring(url, body, {}),
    take: async (url) => {
      const { ok, status, bytes } = await ask(upload(url), { method: 'GET' });
      if (!ok) throw refused(status, url, bytes);
      return bytes;
    },
  };
}

function refused(status: number, what: string, answer: Uint8Array): StoreError {
  const said = saidIn(answer);
  const message = `the store answered ${status} for ${what}: ${said}`;
  return mayPass(status) || NOT_AS_SENT.some((code) => said.includes(code))
    ? new StoreUnavailableError(message)
    : new StoreError(message);
}

/** S3's words, with a status of 400, for a body that came changed, too slowly, or not to its end. */
const NOT_AS_SENT = ['BadDigest', 'RequestTimeout', 'IncompleteBody'];

/** A coordinator's own words; of other stores as they come. */
function saidIn(answer: Uint8Array): string {
  const text = decodeUtf8(answer).slice(0, 300);
  try {
    const { error } = JSON.parse(text) as { error?: { message?: unknown } };
    return typeof error?.message === 'string' ? error.message : text;
  } catch {
    return text;
  }
}

/**
 * 403: the address has expired, or was signed by a clock that is off; a fresh one may serve. 408: the body came too
 * slowly. 409: others write the same key just now.
 */
const mayPass = (status: number): boolean => status >= 500 || [403, 408, 409, 429].includes(status);
