import { EngineError } from '../../core/errors.js';
import { programFor } from '../compiler/compile.js';
import type { Engine, EngineShard, ShardSpec } from '../engine.js';
import { checkSpec } from '../shard-checks.js';
import { plainSpec } from '../worker/messages.js';
import { type Cut, chooseCut, DEFAULT_CACHE_BYTES } from './blocking.js';
import { Crew, type ThreadSource } from './crew.js';
import { emitModule } from './emit.js';
import { encodeModule } from './encoding.js';
import { splatF32 } from './instructions.js';
import { type Layout, layOut } from './layout.js';
import { loadWavefront } from './load.js';
import { alone } from './meeting.js';
import { type WasmMemory, WebAssembly } from './platform.js';
import { type Stepper, WasmShard } from './shard.js';
import type { Wavefront } from './wavefront.js';

const PAGE_BYTES = 65_536;
/** A memory has 32-bit addresses; the last page is left, so that no reach past the end wraps around. */
const MAX_BYTES = 65_535 * PAGE_BYTES;

export interface WasmOptions {
  /** Where shared memory is to be had. Left out, one thread computes. Shards too small for it take fewer. */
  readonly threads?: ThreadSource;
  /** Of the cache that each core has to itself; 1 MiB unless given. */
  readonly cacheBytes?: number;
  /** How the steps of a shard are cut, for tests of the cuts. */
  readonly cut?: (spec: ShardSpec, layout: Layout) => Cut;
}

/**
 * An engine for any device with a CPU. The same bits on any number of threads. With more than one it has to run where waiting
 * is allowed: in a worker, or in Node. Rejects with EngineError where WebAssembly has no SIMD.
 */
export async function createWasmEngine({
  threads,
  cacheBytes = DEFAULT_CACHE_BYTES,
  cut = (spec, layout) => chooseCut(spec, layout, { cacheBytes, threads: threads?.count ?? 1 }),
}: WasmOptions = {}): Promise<Engine> {
  if (!hasSimd())
    throw new EngineError('this device runs no WebAssembly with SIMD; a newer browser or Node does');
  const crew = threads && new Crew(threads);
  const shards = new Set<EngineShard>();
  let closed = false;
  return {
    kind: 'wasm',
    device: `CPU, WebAssembly SIMD${threads ? `, ${threads.count} threads` : ''}`,
    memory: MAX_BYTES,
    async createShard(spec) {
      if (closed) throw new EngineError('the engine is closed');
      checkSpec(spec);
      const shard = await loadShard(spec, cut, crew, () => shards.delete(shard));
      shards.add(shard);
      if (!closed) return shard;
      await shard.close();
      throw new EngineError('the engine is closed');
    },
    async close() {
      closed = true;
      await Promise.all([...shards].map((shard) => shard.close()));
      crew?.close();
    },
  };
}

async function loadShard(
  spec: ShardSpec,
  chooseCut: Required<WasmOptions>['cut'],
  crew: Crew | undefined,
  onClose: () => void,
): Promise<EngineShard> {
  const layout = layOut(spec);
  const { blocking, threads } = chooseCut(spec, layout);
  const shared = crew !== undefined && threads > 1;
  const pages = Math.ceil(layout.bytes / PAGE_BYTES);
  const memory = allocate(layout.bytes, pages, shared);
  const { model, constants, dimensions, media = {} } = spec;
  const program = programFor(model, dimensions);
  const module = emitModule({ program, model: model.model, layout, constants, media, pages, shared });
  const site = { spec: plainSpec(spec), layout, blocking };
  const stepper = shared
    ? await crew.load(module, memory, site, threads)
    : onOneThread(await loadWavefront(module, memory, site, alone), spec);
  return new WasmShard(spec, layout, memory, stepper, onClose);
}

function onOneThread(wavefront: Wavefront, { probes }: ShardSpec): Stepper {
  return {
    advance(updates, parity) {
      const samples = new Float32Array(updates.length * probes.length);
      wavefront.fillGhosts(parity);
      wavefront.advance({ updates, parity, samples });
      return samples;
    },
    close: () => {},
  };
}

function allocate(bytes: number, pages: number, shared: boolean): WasmMemory {
  const fix = 'cut the grid into more shards, or use a device with a GPU';
  if (bytes > MAX_BYTES) {
    throw new EngineError(
      `this shard takes ${bytes} bytes, and a WebAssembly memory holds ${MAX_BYTES}: ${fix}`,
    );
  }
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  } catch {
    throw new EngineError(`this device cannot give the ${bytes} bytes that this shard takes: ${fix}`);
  }
}

function hasSimd(): boolean {
  const body = [0x43, 0, 0, 0, 0, ...splatF32, 0x1a];
  const memory = { module: 'm', name: 'm', pages: 1, shared: false };
  return WebAssembly.validate(
    encodeModule({ parameters: [], locals: [], functions: [{ name: 'f', body }], memory }),
  );
}
