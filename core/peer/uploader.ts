import { StoreError } from '../errors.js';
import type { ToPeer } from '../protocol/messages.js';
import type { Said } from '../protocol/session.js';
import type { Objects, Upload } from './objects.js';

/** Objects whose addresses are asked for in one message. */
const BATCH = 64;
/** Uploads under way at once: enough to hide a round trip, few enough to leave the uplink to halos. */
const AT_ONCE = 4;
const TRIES = 4;
const FIRST_PAUSE_MS = 250;

type Addresses = Extract<ToPeer, { type: 'addresses' }>;

export interface UploaderTools {
  readonly objects: Objects;
  readonly send: (message: Said) => void;
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** Takes a peer's bricks to the store, by addresses the coordinator signs for each. */
export class Uploader {
  readonly #tools: UploaderTools;
  readonly #asked = new Map<
    number,
    { resolve: (message: Addresses) => void; reject: (error: Error) => void }
  >();
  #requests = 0;

  constructor(tools: UploaderTools) {
    this.#tools = tools;
  }

  /** Resolves when all of them are stored. Throws StoreError when one can't be, after a few tries. */
  async upload(plan: number, uploads: readonly Upload[]): Promise<void> {
    for (let start = 0; start < uploads.length; start += BATCH) {
      const batch = uploads.slice(start, start + BATCH);
      const urls = await this.#addresses(plan, batch);
      const queue = [...batch];
      const work = async () => {
        for (let next = queue.shift(); next; next = queue.shift()) {
          const url = urls.get(next.key);
          if (!url) throw new StoreError(`no address was given for ${next.key}`);
          await this.#put(url, next);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
    }
  }

  answered(message: Addresses): void {
    this.#asked.get(message.request)?.resolve(message);
    this.#asked.delete(message.request);
  }

  /** Whoever waits for an address is told that none will come. */
  close(): void {
    for (const { reject } of this.#asked.values())
      reject(new StoreError('the connection to the coordinator is gone'));
    this.#asked.clear();
  }

  async #addresses(plan: number, batch: readonly Upload[]): Promise<ReadonlyMap<string, string>> {
    const request = this.#requests++;
    const answer = new Promise<Addresses>((resolve, reject) => this.#asked.set(request, { resolve, reject }));
    const objects = batch.map(({ key, bytes }) => ({ key, bytes: bytes.byteLength }));
    this.#tools.send({ type: 'upload', request, plan, objects });
    return new Map((await answer).objects.map(({ key, url }) => [key, url]));
  }

  async #put(url: string, { key, bytes }: Upload): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#tools.objects.put(url, bytes);
      } catch (error) {
        if (attempt === TRIES)
          throw new StoreError(`${key} can't be stored: ${String(error)}`, { cause: error });
        await this.#tools.pause(FIRST_PAUSE_MS * 2 ** attempt);
      }
    }
  }
}
