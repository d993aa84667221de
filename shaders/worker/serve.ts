import { compileModel } from '../compiler/compile.js';
import type { Engine, EngineShard } from '../engine.js';
import { type ThrottledEngine, throttledEngine } from '../throttle/engine.js';
import { type Answer, type CallName, type Calls, plainError, type Request } from './messages.js';
import type { Port } from './port.js';

/**
 * The worker's end: makes an engine and does what `remoteEngine`, at the other end, is asked.
 * When that engine is closed, so is `port`, and nothing keeps the worker alive.
 */
export function serveEngine(port: Port, makeEngine: () => Promise<Engine>): void {
  const server = new EngineServer(makeEngine());
  port.onMessage = (message) => {
    const request = message as Request;
    const answered = server
      .answer(request)
      .then((value): [Answer, ArrayBuffer[]] => [{ id: request.id, state: 'done', value }, buffersOf(value)]);
    const failed = (error: unknown): [Answer, ArrayBuffer[]] => [
      { id: request.id, state: 'failed', error: plainError(error) },
      [],
    ];
    void answered.catch(failed).then(([answer, transfer]) => {
      port.post(answer, transfer);
      if (request.call === 'close') port.close();
    });
  };
}

class EngineServer {
  readonly #shards = new Map<number, EngineShard>();
  readonly #engine: Promise<ThrottledEngine>;

  constructor(engine: Promise<Engine>) {
    // Here, and not at the other end: the timers of a page that nobody sees are slow.
    this.#engine = engine.then((opened) => throttledEngine(opened));
    // Whoever calls first is told why there is no engine.
    this.#engine.catch(() => undefined);
  }

  /** Calls of one shard reach it in the order they came: each waits only for the engine to be there. */
  async answer(request: Request): Promise<ReturnType<Calls[CallName]>> {
    const engine = await this.#engine;
    switch (request.call) {
      case 'open':
        return { kind: engine.kind, device: engine.device, memory: engine.memory };
      case 'create': {
        const [number, spec] = request.args;
        const shard = await engine.createShard({ ...spec, model: compileModel(spec.model) });
        this.#shards.set(number, shard);
        return { bytes: shard.bytes };
      }
      case 'write': {
        const [number, slabs, data] = request.args;
        await this.#shard(number).write(slabs, data);
        return data;
      }
      case 'read': {
        const [number, slabs, into] = request.args;
        return this.#shard(number).read(slabs, into);
      }
      case 'advance': {
        const [number, updates] = request.args;
        return this.#shard(number).advance(updates);
      }
      case 'swapLevels': {
        const [number] = request.args;
        return this.#shard(number).swapLevels();
      }
      case 'closeShard': {
        const [number] = request.args;
        await this.#shard(number).close();
        this.#shards.delete(number);
        return;
      }
      case 'limitTo': {
        const [share] = request.args;
        return engine.limitTo(share);
      }
      case 'close':
        return engine.close();
    }
  }

  #shard(number: number): EngineShard {
    const shard = this.#shards.get(number);
    if (!shard) throw new RangeError(`no shard ${number} in this worker`);
    return shard;
  }
}

/** What an answer moves instead of copying. */
function buffersOf(value: ReturnType<Calls[CallName]>): ArrayBuffer[] {
  if (value instanceof Float32Array) return [value.buffer as ArrayBuffer];
  if (value && 'samples' in value) return [value.samples.buffer as ArrayBuffer];
  return [];
}
