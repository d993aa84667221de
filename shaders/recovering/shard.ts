import { EngineError } from '../../core/errors.js';
import type { Advance, EngineShard, ShardSpec, Slab, Update } from '../engine.js';
import { Entry, type Work } from './entry.js';
import { arraysOf, type KeptArray, readArrays, restoreArray } from './kept-state.js';

/** Keep-points may take this share of the time. The last one's cost says how long to wait for the next. */
const SHARE_OF_TIME = 0.02;

/** A log below this needs no keep-point, however small the shard: 16 MiB. */
const LEAST_LOG = 16 * 1024 * 1024;

/** About what an update takes in memory, beside its amplitudes. */
const UPDATE_BYTES = 200;

/** About what a call takes that has no arguments. */
const SWAP_BYTES = 50;

export interface ShardRecovery {
  /** The same shard, empty, on a new device. */
  readonly renew: () => Promise<EngineShard>;
  /** Whether an error says that the device is gone, or that it was closed since another shard has found so. */
  readonly isLost: (error: unknown) => boolean;
  readonly mostTries: number;
  /** Seconds. */
  readonly leastInterval: number;
  /** Seconds, from any start. */
  readonly now: () => number;
}

/** A shard that is set up again on a new device when its own is lost. See `recoveringEngine`. */
export class RecoveringShard implements EngineShard {
  readonly bytes: number;
  readonly #spec: ShardSpec;
  readonly #recovery: ShardRecovery;
  readonly #arrays: ReturnType<typeof arraysOf>;
  /** In the order of the calls: what was done since the keep-point, and the reads that nobody has an answer to yet. */
  readonly #log = new Set<Entry>();
  #shard: EngineShard;
  #kept: { readonly state: readonly KeptArray[]; readonly media: readonly KeptArray[] } = {
    state: [],
    media: [],
  };
  /** Media were written since they were last kept. They never are once it computes, and need no reading again. */
  #mediaWritten = true;
  #logBytes = 0;
  #stepsSince = 0;
  #keptAt: number;
  /** Seconds from one keep-point to the next. */
  #interval: number;
  #keeping = false;
  #recovering: Promise<void> | undefined;
  #tries = 0;
  #end: EngineError | undefined;

  constructor(shard: EngineShard, spec: ShardSpec, recovery: ShardRecovery) {
    this.bytes = shard.bytes;
    this.#shard = shard;
    this.#spec = spec;
    this.#recovery = recovery;
    this.#arrays = arraysOf(spec);
    this.#keptAt = recovery.now();
    this.#interval = recovery.leastInterval;
  }

  write(slabs: readonly Slab[], data: Float32Array): Promise<void> {
    // The caller may change its own as soon as this is done.
    const kept = data.slice();
    if (slabs.some(({ field }) => this.#spec.media?.[field] === 'cells')) this.#mediaWritten = true;
    return this.#do({
      run: (shard) => shard.write(slabs, kept),
      again: { bytes: kept.byteLength, steps: 0 },
    });
  }

  read(slabs: readonly Slab[], into?: Float32Array<ArrayBuffer>): Promise<Float32Array> {
    let given = into;
    return this.#do({
      run: (shard) => {
        // A device that was lost may have kept it.
        const memory = given;
        given = undefined;
        return shard.read(slabs, memory);
      },
    });
  }

  advance(updates: readonly Update[]): Promise<Advance> {
    const amplitudes = updates.reduce((sum, update) => sum + (update.amplitudes?.length ?? 0), 0);
    const bytes = updates.length * UPDATE_BYTES + amplitudes * 8;
    return this.#do({
      run: (shard) => shard.advance(updates),
      again: { bytes, steps: updates.length },
    });
  }

  swapLevels(): Promise<void> {
    return this.#do({ run: (shard) => shard.swapLevels(), again: { bytes: SWAP_BYTES, steps: 0 } });
  }

  /** A recovery that is under way stops at its next call. */
  async close(): Promise<void> {
    this.#end ??= new EngineError('the shard is closed');
    await this.#recovering;
    this.#log.clear();
    this.#kept = { state: [], media: [] };
    await this.#shard.close();
  }

  #do<T>(work: Work<T>): Promise<T> {
    if (this.#end) return Promise.reject(this.#end);
    const entry = new Entry(work);
    this.#log.add(entry as Entry);
    this.#logBytes += work.again?.bytes ?? 0;
    this.#stepsSince += work.again?.steps ?? 0;
    // A recovery that is under way comes to it.
    if (!this.#recovering) {
      const shard = this.#shard;
      void this.#attempt(entry as Entry, shard).catch((error: unknown) => this.#lost(shard, error));
      this.#keepIfDue();
    }
    return entry.answer;
  }

  /**
   * Makes the call on `shard`, and tells whoever waits. Throws DeviceLostError, and then nobody has been told; throws also
   * where a new device refuses what the old one did.
   */
  async #attempt(entry: Entry, shard: EngineShard): Promise<void> {
    try {
      const value = await entry.work.run(shard);
      if (!entry.work.again) this.#forget(entry);
      entry.resolve(value);
    } catch (error) {
      if (this.#recovery.isLost(error) || entry.settled) throw error;
      // What was refused has changed nothing, and would be refused again.
      this.#forget(entry);
      entry.reject(error as Error);
    }
  }

  #forget(entry: Entry): void {
    if (!this.#log.delete(entry)) return;
    this.#logBytes -= entry.work.again?.bytes ?? 0;
    this.#stepsSince -= entry.work.again?.steps ?? 0;
  }

  #lost(shard: EngineShard, error: unknown): void {
    // Every call that was under way says so, some of them when all has been set up again.
    if (shard !== this.#shard) return;
    if (!this.#recovery.isLost(error)) return this.#fail(error);
    this.#recovering ??= this.#recover().catch((error: unknown) => {
      this.#recovering = undefined;
      this.#fail(error);
    });
  }

  async #recover(): Promise<void> {
    for (;;) {
      this.#tries += 1;
      if (this.#tries > this.#recovery.mostTries) {
        throw new EngineError(`the GPU was lost ${this.#tries} times in the same steps: use the wasm engine`);
      }
      const shard = await this.#recovery.renew();
      try {
        for (const array of [...this.#kept.media, ...this.#kept.state]) {
          this.#checkWanted();
          await restoreArray(shard, array);
        }
        // Calls that come meanwhile are appended to the log, and are met here.
        for (const entry of this.#log) {
          this.#checkWanted();
          await this.#attempt(entry, shard);
        }
        this.#checkWanted();
        this.#shard = shard;
        this.#recovering = undefined;
        return;
      } catch (error) {
        await shard.close().catch(() => undefined);
        if (!this.#recovery.isLost(error)) throw error;
      }
    }
  }

  /** Throws where the shard was closed meanwhile, or has failed: nobody waits for the rest. */
  #checkWanted(): void {
    if (this.#end) throw this.#end;
  }

  #fail(error: unknown): void {
    this.#end ??= error instanceof EngineError ? error : new EngineError(String(error));
    for (const entry of this.#log) entry.reject(this.#end);
    this.#log.clear();
  }

  #keepIfDue(): void {
    if (this.#keeping || this.#stepsSince === 0) return;
    const full = this.#logBytes > Math.max(LEAST_LOG, this.bytes);
    if (!full && this.#recovery.now() - this.#keptAt < this.#interval) return;
    this.#keeping = true;
    void this.#keep().finally(() => {
      this.#keeping = false;
    });
  }

  /** Never rejects. A keep-point that fails with its device is none; the one before still stands. */
  async #keep(): Promise<void> {
    const { now, leastInterval } = this.#recovery;
    const shard = this.#shard;
    const before = [...this.#log];
    const media = this.#mediaWritten;
    this.#mediaWritten = false;
    const reading = readArrays(shard, [...this.#arrays.state, ...(media ? this.#arrays.media : [])]);
    reading.catch(() => undefined);
    // Those before must have been told, for they will not be done again.
    await Promise.allSettled(before.map(({ answer }) => answer));
    const started = now();
    const arrays = await reading.catch((error: Error) => error);
    const overtaken = this.#shard !== shard || this.#recovering !== undefined || this.#end !== undefined;
    if (arrays instanceof Error || overtaken) {
      this.#mediaWritten ||= media;
      // A device that was lost is for the next call to find out.
      if (!overtaken && !this.#recovery.isLost(arrays)) this.#fail(arrays);
      return;
    }
    const state = arrays.slice(0, this.#arrays.state.length);
    this.#kept = { state, media: media ? arrays.slice(state.length) : this.#kept.media };
    for (const entry of before) this.#forget(entry);
    this.#tries = 0;
    this.#keptAt = now();
    this.#interval = Math.max(leastInterval, (this.#keptAt - started) / SHARE_OF_TIME);
  }
}
