import { after, secondsNow } from '../clock.js';
import type { Advance, Engine, EngineKind, EngineShard, ShardSpec, Slab, Update } from '../engine.js';
import { Turns } from '../turns.js';
import { type Clock, DutyCycle } from './duty-cycle.js';

/** An engine that its owner may hold to a share of the device. */
export interface ThrottledEngine extends Engine {
  /** Computes for `share` of the time from now on: over 0 and up to 1. */
  limitTo(share: number): Promise<void>;
}

/**
 * The same engine, and the same bits. All its shards rest together: between two advances, and never before a read or a write of
 * what is there already. It owns the engine.
 */
export function throttledEngine(engine: Engine, clock: Clock = { now: secondsNow, after }): ThrottledEngine {
  return new Throttled(engine, new DutyCycle(clock));
}

class Throttled implements ThrottledEngine {
  readonly kind: EngineKind;
  readonly device: string;
  readonly memory: number;
  readonly #engine: Engine;
  readonly #cycle: DutyCycle;

  constructor(engine: Engine, cycle: DutyCycle) {
    this.kind = engine.kind;
    this.device = engine.device;
    this.memory = engine.memory;
    this.#engine = engine;
    this.#cycle = cycle;
  }

  async limitTo(share: number): Promise<void> {
    this.#cycle.limitTo(share);
  }

  async createShard(spec: ShardSpec): Promise<EngineShard> {
    return new ThrottledShard(await this.#engine.createShard(spec), this.#cycle);
  }

  async close(): Promise<void> {
    // Nobody waits for a rest any more.
    this.#cycle.limitTo(1);
    await this.#engine.close();
  }
}

class ThrottledShard implements EngineShard {
  readonly bytes: number;
  readonly #shard: EngineShard;
  readonly #cycle: DutyCycle;
  readonly #turns = new Turns();
  #closing = false;

  constructor(shard: EngineShard, cycle: DutyCycle) {
    this.bytes = shard.bytes;
    this.#shard = shard;
    this.#cycle = cycle;
  }

  write(slabs: readonly Slab[], data: Float32Array): Promise<void> {
    return this.#inTurn(() => this.#shard.write(slabs, data));
  }

  read(slabs: readonly Slab[], into?: Float32Array<ArrayBuffer>): Promise<Float32Array> {
    return this.#inTurn(() => this.#shard.read(slabs, into));
  }

  advance(updates: readonly Update[]): Promise<Advance> {
    return this.#turns.take(() =>
      this.#cycle.begin(
        () => this.#shard.advance(updates),
        () => this.#closing,
      ),
    );
  }

  swapLevels(): Promise<void> {
    return this.#inTurn(() => this.#shard.swapLevels());
  }

  close(): Promise<void> {
    this.#closing = true;
    this.#cycle.stir();
    return this.#inTurn(() => this.#shard.close());
  }

  /** After whatever was asked before, without waiting for the device to have done that. */
  #inTurn<T>(call: () => Promise<T>): Promise<T> {
    return this.#turns.take(async () => {
      const answer = call();
      answer.catch(() => undefined);
      return () => answer;
    });
  }
}
