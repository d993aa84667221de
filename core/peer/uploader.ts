import { PlanEndedError, StoreError } from '../errors.js';
import type { ToPeer } from '../protocol/messages.js';
import type { Said } from '../protocol/session.js';
import { type Checksums, checksumsOf, type Sha256 } from '../result/checksums.js';
import { sha256 } from '../trust/roots/hash.js';
import { breathe } from './breathe.js';
import type { Objects, Upload } from './objects.js';
import { persistently } from './persistently.js';

/** Objects whose addresses are asked for in one message. */
const BATCH = 64;
/** Uploads under way at once: enough to hide a round trip, few enough to leave the uplink to halos. */
const AT_ONCE = 4;

type Addresses = Extract<ToPeer, { type: 'addresses' }>;

export interface UploaderTools {
  readonly objects: Pick<Objects, 'put'>;
  /** The platform's SHA-256, where it is quicker than the one that runs everywhere. */
  readonly sha256?: Sha256 | undefined;
  readonly send: (message: Said) => void;
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** An object whose bytes are known. */
interface Encoded {
  readonly key: string;
  readonly bytes: Uint8Array;
  readonly checksums: Checksums;
}

interface Question {
  readonly plan: number;
  readonly resolve: (message: Addresses) => void;
  readonly reject: (error: Error) => void;
}

/** Takes a peer's bricks to the store, by addresses the coordinator signs for each. */
export class Uploader {
  readonly #tools: UploaderTools;
  readonly #asked = new Map<number, Question>();
  readonly #dropped = new Set<number>();
  #requests = 0;

  constructor(tools: UploaderTools) {
    this.#tools = tools;
  }

  /** Resolves when all of them are stored, however long the store fails. Throws PlanEndedError where the plan ends first. */
  async upload(plan: number, uploads: readonly Upload[]): Promise<void> {
    for (let start = 0; start < uploads.length; start += BATCH) {
      const batch: Encoded[] = [];
      for (const { key, encode } of uploads.slice(start, start + BATCH)) {
        const bytes = await encode();
        if (bytes)
          batch.push({ key, bytes, checksums: await checksumsOf(bytes, this.#tools.sha256 ?? sha256) });
        await breathe();
      }
      if (batch.length > 0) await this.#putAll(plan, batch);
    }
  }

  answered(message: Addresses): void {
    this.#asked.get(message.request)?.resolve(message);
    this.#asked.delete(message.request);
  }

  /** Whoever waits for addresses under this plan, now or later, is told that none will come. */
  drop(plan: number): void {
    this.#dropped.add(plan);
    for (const [request, question] of this.#asked) {
      if (question.plan !== plan) continue;
      this.#asked.delete(request);
      question.reject(ended(plan));
    }
  }

  async #addresses(plan: number, batch: readonly Encoded[]): Promise<ReadonlyMap<string, string>> {
    if (this.#dropped.has(plan)) throw ended(plan);
    const request = this.#requests++;
    const answer = new Promise<Addresses>((resolve, reject) =>
      this.#asked.set(request, { plan, resolve, reject }),
    );
    const objects = batch.map(({ key, bytes, checksums }) => ({
      key,
      bytes: bytes.byteLength,
      ...checksums,
    }));
    this.#tools.send({ type: 'upload', request, plan, objects });
    return new Map((await answer).objects.map(({ key, url }) => [key, url]));
  }

  async #putAll(plan: number, batch: readonly Encoded[]): Promise<void> {
    const urls = await this.#addresses(plan, batch);
    const queue = [...batch];
    const work = async () => {
      for (let next = queue.shift(); next; next = queue.shift()) await this.#put(plan, next, urls);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  /** Every later try is at a fresh address: the one before may have expired. A store that is away is waited for. */
  async #put(plan: number, object: Encoded, urls: ReadonlyMap<string, string>): Promise<void> {
    const { key, bytes, checksums } = object;
    const { objects, pause, send } = this.#tools;
    const put = async (attempt: number) => {
      // Others of its batch went before it, and took their time.
      if (this.#dropped.has(plan)) throw ended(plan);
      const url = (attempt === 1 ? urls : await this.#addresses(plan, [object])).get(key);
      if (!url) throw new StoreError(`no address was given for ${key}`);
      await objects.put(url, bytes, checksums);
    };
    const onFailure = ({ message }: StoreError) => {
      if (this.#dropped.has(plan)) throw ended(plan);
      send({ type: 'held', plan, reason: message.slice(0, 500) });
    };
    await persistently(put, { tries: Number.POSITIVE_INFINITY, pause, onFailure }).catch((error) => {
      if (!(error instanceof StoreError)) throw error;
      throw new StoreError(`${key} can't be stored: ${String(error)}`, { cause: error });
    });
  }
}

const ended = (plan: number) => new PlanEndedError(plan);
