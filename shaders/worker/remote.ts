import { EngineError } from '../../core/errors.js';
import type { Advance, EngineKind, EngineShard, ShardSpec, Slab, Update } from '../engine.js';
import type { ThrottledEngine } from '../throttle/engine.js';
import { Carriers } from './carriers.js';
import { type Answer, type CallName, type Calls, errorOf, plainSpec, type ShardNumber } from './messages.js';
import type { Port } from './port.js';

/**
 * The engine that `serveEngine` runs at the other end of `port`, which it owns: closing it closes the port.
 * Throws what opening the engine there threw, and EngineError where the worker ends.
 */
export async function remoteEngine(port: Port): Promise<ThrottledEngine> {
  const caller = new Caller(port);
  try {
    return new RemoteEngine(caller, await caller.ask('open', []));
  } catch (error) {
    caller.end('it could not be opened');
    throw error;
  }
}

interface Pending {
  readonly resolve: (value: never) => void;
  readonly reject: (reason: Error) => void;
}

/** Joins answers to the calls that wait for them. */
class Caller {
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #ended: EngineError | undefined;

  constructor(private readonly port: Port) {
    port.onMessage = (message) => this.#settle(message as Answer);
    port.onClose = (reason) => this.end(reason);
  }

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  async ask<Name extends CallName>(
    call: Name,
    args: Parameters<Calls[Name]>,
    transfer: ArrayBuffer[] = [],
  ): Promise<ReturnType<Calls[Name]>> {
    if (this.#ended) throw this.#ended;
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.port.post({ id, call, args }, transfer);
    });
  }

  end(reason: string): void {
    if (this.#ended) return;
    this.#ended = new EngineError(`the engine's worker has ended: ${reason}`);
    for (const { reject } of this.#pending.values()) reject(this.#ended);
    this.#pending.clear();
    this.port.close();
  }

  #settle(answer: Answer): void {
    const pending = this.#pending.get(answer.id);
    if (!pending) return;
    this.#pending.delete(answer.id);
    if (answer.state === 'done') pending.resolve(answer.value as never);
    else pending.reject(errorOf(answer.error));
  }
}

class RemoteEngine implements ThrottledEngine {
  readonly kind: EngineKind;
  readonly device: string;
  readonly memory: number;
  #lastShard: ShardNumber = 0;

  constructor(
    private readonly caller: Caller,
    { kind, device, memory }: ReturnType<Calls['open']>,
  ) {
    this.kind = kind;
    this.device = device;
    this.memory = memory;
  }

  async createShard(spec: ShardSpec): Promise<EngineShard> {
    const number = ++this.#lastShard;
    const { bytes } = await this.caller.ask('create', [number, plainSpec(spec)]);
    return new RemoteShard(this.caller, number, bytes);
  }

  async limitTo(share: number): Promise<void> {
    await this.caller.ask('limitTo', [share]);
  }

  async close(): Promise<void> {
    if (this.caller.ended) return;
    await this.caller.ask('close', []);
    this.caller.end('the engine is closed');
  }
}

class RemoteShard implements EngineShard {
  readonly #carriers = new Carriers();
  #closed = false;

  constructor(
    private readonly caller: Caller,
    private readonly number: ShardNumber,
    readonly bytes: number,
  ) {}

  async write(slabs: readonly Slab[], data: Float32Array): Promise<void> {
    this.#check();
    // A copy that moves: the caller keeps its data, and the clone that posting would make is saved.
    const moving = this.#carriers.load(data);
    this.#carriers.came(await this.lend(slabs, moving));
  }

  async lend(slabs: readonly Slab[], data: Float32Array): Promise<Float32Array<ArrayBuffer>> {
    this.#check();
    const moving = data as Float32Array<ArrayBuffer>;
    return this.caller.ask('write', [this.number, slabs, moving], [moving.buffer]);
  }

  async read(slabs: readonly Slab[], into?: Float32Array<ArrayBuffer>): Promise<Float32Array> {
    this.#check();
    return this.caller.ask('read', [this.number, slabs, into], into ? [into.buffer] : []);
  }

  async advance(updates: readonly Update[]): Promise<Advance> {
    this.#check();
    return this.caller.ask('advance', [this.number, updates]);
  }

  async swapLevels(): Promise<void> {
    this.#check();
    await this.caller.ask('swapLevels', [this.number]);
  }

  async close(): Promise<void> {
    if (this.#closed || this.caller.ended) return;
    this.#closed = true;
    await this.caller.ask('closeShard', [this.number]);
  }

  #check(): void {
    if (this.#closed) throw new EngineError('the shard is closed');
  }
}
