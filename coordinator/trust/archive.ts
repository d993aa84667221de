import { z } from 'zod';
import { StoreError } from '../../core/errors.js';
import { trustKey } from '../../core/protocol/keys.js';
import { ledgerSchema } from '../../core/trust/reputation/ledger.js';
import { reputationSchema } from '../../core/trust/reputation/reputation.js';
import type { Store, Version } from '../store/store.js';

const rememberedSchema = z.strictObject({
  version: z.literal(1),
  /** Of the coordinator that wrote it. */
  term: z.number().int().min(0),
  /** Counts what it has written: no two of them are equal. */
  count: z.number().int().min(0),
  reputation: reputationSchema,
  credit: ledgerSchema,
});

/** What is known of a room's peers, for the coordinator that comes after this one. */
export type Remembered = Pick<z.infer<typeof rememberedSchema>, 'reputation' | 'credit'>;

export interface ArchiveTools {
  /** Asked again where it fails, and giving up when the coordinator closes. */
  readonly store: Pick<Store, 'getVersioned' | 'create' | 'replace'>;
  readonly room: string;
  /** The coordinator's. */
  readonly term: number;
  readonly log: (event: string, details: object) => void;
}

/**
 * Keeps what is known of a room's peers in the store. Of several coordinators the one of the latest term writes; one that
 * has been taken over finds that out by its next write, and writes no more.
 */
export class Archive {
  readonly #tools: ArchiveTools;
  readonly #key: string;
  #version: Version | undefined;
  #count = 0;
  #next: Remembered | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isOver = false;

  constructor(tools: ArchiveTools) {
    this.#tools = tools;
    this.#key = trustKey(tools.room);
  }

  /** What coordinators before this one kept, which is this one's from now on. @throws StoreError where it cannot be read. */
  async open(): Promise<Remembered | undefined> {
    const { record, version } = await this.#read();
    this.#version = version;
    if (record) await this.#write(record);
    return record;
  }

  /** Keeps this instead of what was kept before. Of what is asked for while something is written, only the last is. */
  keep(remembered: Remembered): void {
    const isDue = this.#next !== undefined;
    this.#next = remembered;
    if (isDue) return;
    this.#writing = this.#writing.then(async () => {
      const next = this.#next;
      this.#next = undefined;
      if (next) await this.#write(next);
    });
  }

  /** What was kept cannot be read: said once, for whoever runs the coordinator. */
  unreadable(error: unknown): void {
    this.#tools.log('trust-not-known', { reason: error instanceof Error ? error.message : String(error) });
  }

  /** Resolves when all is written, or cannot be. */
  async close(): Promise<void> {
    await this.#writing;
  }

  /** Never rejects: a run goes on without, and what is known is written the next time. */
  async #write({ reputation, credit }: Remembered): Promise<void> {
    const { term, log } = this.#tools;
    try {
      while (!this.#isOver) {
        this.#count += 1;
        const record = { version: 1, term, count: this.#count, reputation, credit };
        if (await this.#put(new TextEncoder().encode(JSON.stringify(record)))) return;
        const found = await this.#read();
        this.#version = found.version;
        this.#isOver = found.record !== undefined && found.record.term > term;
      }
    } catch (error) {
      log('trust-not-kept', { reason: String(error) });
    }
  }

  /** Whether it was written: nobody else had written meanwhile. */
  async #put(bytes: Uint8Array): Promise<boolean> {
    const { store } = this.#tools;
    if (this.#version === undefined) {
      if (!(await store.create(this.#key, bytes))) return false;
      // Its version is known once it is read.
      this.#version = (await store.getVersioned(this.#key))?.version;
      return true;
    }
    const version = await store.replace(this.#key, bytes, this.#version);
    if (version !== undefined) this.#version = version;
    return version !== undefined;
  }

  async #read() {
    const found = await this.#tools.store.getVersioned(this.#key);
    if (!found) return { record: undefined, version: undefined };
    try {
      const record = rememberedSchema.parse(JSON.parse(new TextDecoder().decode(found.bytes)));
      return { record, version: found.version };
    } catch (cause) {
      throw new StoreError(
        `${this.#key} is not what a coordinator kept of its peers; remove it, and all are newcomers`,
        {
          cause,
        },
      );
    }
  }
}
