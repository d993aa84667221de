import { setTimeout as sleep } from 'node:timers/promises';
import { LeaseTakenError, StoreError, TakenOverError } from '../../core/errors.js';
import { freshName } from '../names.js';
import type { Store, Version } from '../store/store.js';
import {
  type Holder,
  isKnownDead,
  LEASE_KEY,
  type LeaseRecord,
  readLease,
  thisProcess,
  writeLease,
} from './record.js';

/** Times in milliseconds. */
export interface LeasePace {
  /** How often the holder renews it. */
  readonly renewEvery: number;
  /** A lease that has not changed for so long has run out. */
  readonly runsOutAfter: number;
  /** How often whoever waits looks. */
  readonly lookEvery: number;
}

/** Three renewals missed in a row are no hiccup of a store, and six seconds no long time to wait for the next one. */
const USUAL_PACE: LeasePace = { renewEvery: 1_500, runsOutAfter: 6_000, lookEvery: 1_000 };
const ID_LENGTH = 16;

/** Holders in this process: they live, whatever their process number says. */
const here = new Set<string>();

export interface TakeOptions {
  readonly whileTaken: 'wait' | 'refuse';
  /** Called each time that another is found to have it. */
  readonly onWaiting?: () => void;
  readonly signal?: AbortSignal;
  readonly pace?: LeasePace;
}

/**
 * The right to run a store's jobs. Of all coordinators on one store one has it; it is taken by a conditional write, and
 * renewed while its holder lives. Clocks are never compared: whoever waits watches that the lease does not change, by
 * its own clock. Safety does not hang on any clock either: seals are numbered and created once.
 */
export class Lease {
  /** Grows with each coordinator that takes the lease. */
  readonly term: number;
  /** Resolves when another has it: this coordinator must stop. */
  readonly lost: Promise<TakenOverError>;
  readonly #store: Store;
  readonly #holder: Holder;
  readonly #pace: LeasePace;
  readonly #release = new AbortController();
  readonly #renewing: Promise<void>;
  #version: Version;
  #beat = 0;
  #renewed: number;
  #lose: (error: TakenOverError) => void = () => {};

  private constructor(
    { store, self, pace }: { store: Store; self: Holder; pace: LeasePace },
    term: number,
    version: Version,
    asked: number,
  ) {
    this.#store = store;
    this.#pace = pace;
    this.#holder = self;
    this.term = term;
    this.#version = version;
    this.#renewed = asked;
    this.lost = new Promise((resolve) => {
      this.#lose = resolve;
    });
    this.#renewing = this.#renew().finally(() => here.delete(self.id));
  }

  /**
   * Takes the lease where it is free, has run out, or its holder is known to be dead. While another renews it, it
   * waits, or throws where it was told not to; once it waits, it goes on waiting while the store fails.
   * @throws LeaseTakenError, StoreError; what `signal` aborts with.
   */
  static async take(store: Store, options: TakeOptions): Promise<Lease> {
    const self = thisProcess(freshName(ID_LENGTH));
    here.add(self.id);
    try {
      return await Lease.#taken(store, self, options);
    } catch (error) {
      here.delete(self.id);
      throw error;
    }
  }

  static async #taken(
    store: Store,
    self: Holder,
    { whileTaken, onWaiting, signal, pace = USUAL_PACE }: TakeOptions,
  ): Promise<Lease> {
    const own = { store, self, pace };
    let seen: { readonly version: Version; readonly at: number } | undefined;
    for (;;) {
      const asked = performance.now();
      try {
        const found = await store.getVersioned(LEASE_KEY);
        if (!found) {
          const version = await created(store, { version: 1, term: 1, holder: self, beat: 0 });
          if (version !== undefined) return new Lease(own, 1, version, asked);
          continue;
        }
        const { holder, term } = recordIn(found.bytes);
        const isRenewed = seen !== undefined && seen.version !== found.version;
        if (seen === undefined || isRenewed) seen = { version: found.version, at: asked };
        const hasRunOut = asked - seen.at >= pace.runsOutAfter;
        if (holder === null || hasRunOut || (!here.has(holder.id) && isKnownDead(holder, self))) {
          const next: LeaseRecord = { version: 1, term: term + 1, holder: self, beat: 0 };
          const version = await store.replace(LEASE_KEY, writeLease(next), found.version);
          if (version !== undefined) return new Lease(own, term + 1, version, asked);
          // Somebody else was first; or somebody who died as he tried, and stands in the way for some seconds.
        } else {
          if (isRenewed && whileTaken === 'refuse') throw taken(store, holder);
          onWaiting?.();
        }
      } catch (error) {
        // Whoever stands by outlives a store that is away. Nobody could renew the lease there, so it is watched anew.
        if (!(error instanceof StoreError) || whileTaken === 'refuse' || seen === undefined) throw error;
        seen = { version: seen.version, at: performance.now() };
      }
      await sleep(pace.lookEvery, undefined, signal && { signal });
    }
  }

  /** Whether it was renewed lately: the store takes writes, and nobody else can have it yet. */
  get isFresh(): boolean {
    return performance.now() - this.#renewed < this.#pace.runsOutAfter - this.#pace.renewEvery;
  }

  /** Gives it back, so that the next one need not wait. */
  async close(): Promise<void> {
    this.#release.abort();
    await this.#renewing;
  }

  async #renew(): Promise<void> {
    const { signal } = this.#release;
    while (!signal.aborted) {
      await sleep(this.#pace.renewEvery, undefined, { signal }).catch(() => {});
      const holder = signal.aborted ? null : this.#holder;
      try {
        if (!(await this.#write({ version: 1, term: this.term, holder, beat: ++this.#beat }))) {
          this.#lose(new TakenOverError(this.#store.location));
          return;
        }
      } catch {
        // A store that is away: whoever waits cannot take the lease there either.
      }
    }
  }

  /** False where the lease is another's. */
  async #write(record: LeaseRecord): Promise<boolean> {
    const asked = performance.now();
    const bytes = writeLease(record);
    let version = await this.#store.replace(LEASE_KEY, bytes, this.#version);
    if (version === undefined) {
      // A write whose answer was lost may have changed the version: the record says whose it is.
      const found = await this.#store.getVersioned(LEASE_KEY);
      if (!found || recordIn(found.bytes).holder?.id !== this.#holder.id) return record.holder === null;
      version = await this.#store.replace(LEASE_KEY, bytes, found.version);
      if (version === undefined) return false;
    }
    this.#version = version;
    this.#renewed = asked;
    return true;
  }
}

/** Its version, where nobody else was first. */
async function created(store: Store, record: LeaseRecord): Promise<Version | undefined> {
  if (!(await store.create(LEASE_KEY, writeLease(record)))) return undefined;
  const found = await store.getVersioned(LEASE_KEY);
  return found && recordIn(found.bytes).holder?.id === record.holder?.id ? found.version : undefined;
}

function recordIn(bytes: Uint8Array): LeaseRecord {
  try {
    return readLease(bytes);
  } catch (cause) {
    throw new StoreError(`${LEASE_KEY} is no lease; remove it where no coordinator runs on this store`, {
      cause,
    });
  }
}

function taken({ location }: Store, { machine, pid }: Holder): LeaseTakenError {
  const [host] = machine.split(' ');
  return new LeaseTakenError(
    `another coordinator works on ${location} (process ${pid} on ${host}); hand the job in there with groundswell submit, or choose another folder with --data`,
  );
}
