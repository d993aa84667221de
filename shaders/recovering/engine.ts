import { DeviceLostError, EngineError } from '../../core/errors.js';
import { pause, secondsNow } from '../clock.js';
import type { Engine, EngineKind, EngineShard, ShardSpec } from '../engine.js';
import { RecoveringShard } from './shard.js';

/** A driver that was reset is back at once, a browser's GPU process after a second or so. */
const PAUSES_S = [0, 0.5, 2, 8] as const;

export interface RecoveryOptions {
  /** Opens the device, at first and whenever it was lost. */
  readonly open: () => Promise<Engine>;
  /** Bytes of this machine's memory that may be used for one shard. A shard is kept if it takes a third of that, for there are times when three copies are held. */
  readonly memory: number;
  /** How often a shard may be set up anew from one and the same keep-point: a shard that kills its device does so again. */
  readonly mostTries?: number;
  /** At least so many seconds lie between two keep-points. */
  readonly leastInterval?: number;
  /** Seconds to wait before each try to open it again. */
  readonly pauses?: readonly number[];
  /** Seconds, from any start. */
  readonly now?: () => number;
}

/**
 * An engine that outlives its device. Of every shard it keeps the state at some step, and what was written and computed
 * since. When the device is lost, it opens another, restores that state and does the rest again: one engine computes the
 * same bits twice, so whoever uses the shard notices nothing but the time it takes.
 * Throws what `open` throws. A device that does not come back, or comes back as another, is an EngineError of every shard.
 */
export async function recoveringEngine(options: RecoveryOptions): Promise<Engine> {
  return new RecoveringEngine(await options.open(), options);
}

class RecoveringEngine implements Engine {
  readonly kind: EngineKind;
  readonly device: string;
  readonly memory: number;
  readonly #options: RecoveryOptions;
  #current: Engine;
  #renewing: Promise<Engine> | undefined;
  #closed = false;

  constructor(first: Engine, options: RecoveryOptions) {
    this.kind = first.kind;
    this.device = first.device;
    this.memory = first.memory;
    this.#options = options;
    this.#current = first;
  }

  async createShard(spec: ShardSpec): Promise<EngineShard> {
    const { memory, mostTries = 3, leastInterval = 1, now = secondsNow } = this.#options;
    const [shard, engine] = await this.#make(spec, mostTries);
    if (shard.bytes > memory / 3) return shard;
    let used = engine;
    const renew = async () => {
      const [made, by] = await this.#make(spec, mostTries, await this.#renewed(used));
      used = by;
      return made;
    };
    const isLost = (error: unknown) => this.#isLost(error, used);
    return new RecoveringShard(shard, spec, { renew, isLost, mostTries, leastInterval, now });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#renewing?.catch(() => undefined);
    await this.#current.close();
  }

  async #make(
    spec: ShardSpec,
    tries: number,
    engine = this.#current,
  ): Promise<readonly [shard: EngineShard, by: Engine]> {
    try {
      return [await engine.createShard(spec), engine];
    } catch (error) {
      if (!this.#isLost(error, engine) || tries === 0) throw error;
      return this.#make(spec, tries - 1, await this.#renewed(engine));
    }
  }

  /** One that is being replaced has been closed: whatever fails on it is no fault of the call. */
  #isLost(error: unknown, on: Engine): boolean {
    return error instanceof DeviceLostError || this.#current !== on || this.#renewing !== undefined;
  }

  /** The engine in place of `lost`: all of its shards ask, and one is opened. */
  #renewed(lost: Engine): Promise<Engine> {
    if (this.#current !== lost) return Promise.resolve(this.#current);
    this.#renewing ??= this.#reopen(lost).finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #reopen(lost: Engine): Promise<Engine> {
    await lost.close().catch(() => undefined);
    let reason = '';
    for (const seconds of this.#options.pauses ?? PAUSES_S) {
      if (seconds > 0) await pause(seconds);
      if (this.#closed) throw new EngineError('the engine is closed');
      try {
        this.#current = await this.#openSame();
        return this.#current;
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        reason = error.message;
      }
    }
    throw new EngineError(`the GPU was lost and does not come back: ${reason}`);
  }

  /** Another device may compute other bits. */
  async #openSame(): Promise<Engine> {
    const engine = await this.#options.open();
    if (engine.device === this.device) return engine;
    await engine.close();
    throw new EngineError(`in place of ${this.device} there is ${engine.device} now`);
  }
}
