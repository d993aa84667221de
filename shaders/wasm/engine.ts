import { EngineError } from '../../core/errors.js';
import { programFor } from '../compiler/compile.js';
import type { Engine, EngineShard, ShardSpec } from '../engine.js';
import { checkSpec } from '../shard-checks.js';
import { emitModule, MEMORY, STEPS, type Step } from './emit.js';
import { encodeModule } from './encoding.js';
import { splatF32 } from './instructions.js';
import { layOut } from './layout.js';
import { type WasmMemory, WebAssembly } from './platform.js';
import { WasmShard } from './shard.js';

const PAGE_BYTES = 65_536;
/** A memory has 32-bit addresses; the last page is left, so that no reach past the end wraps around. */
const MAX_BYTES = 65_535 * PAGE_BYTES;

/** An engine for any device with a CPU. Rejects with EngineError where WebAssembly has no SIMD. */
export async function createWasmEngine(): Promise<Engine> {
  if (!hasSimd())
    throw new EngineError('this device runs no WebAssembly with SIMD; a newer browser or Node does');
  const shards = new Set<EngineShard>();
  let closed = false;
  return {
    kind: 'wasm',
    device: 'CPU, WebAssembly SIMD',
    memory: MAX_BYTES,
    async createShard(spec) {
      if (closed) throw new EngineError('the engine is closed');
      checkSpec(spec);
      const shard = await loadShard(spec, () => shards.delete(shard));
      shards.add(shard);
      return shard;
    },
    async close() {
      closed = true;
      await Promise.all([...shards].map((shard) => shard.close()));
    },
  };
}

async function loadShard(spec: ShardSpec, onClose: () => void): Promise<EngineShard> {
  const layout = layOut(spec);
  const pages = Math.ceil(layout.bytes / PAGE_BYTES);
  const memory = allocate(layout.bytes, pages);
  const { model, constants, dimensions, media = {} } = spec;
  const program = programFor(model, dimensions);
  const module = emitModule({ program, model: model.model, layout, constants, media, pages });
  const { instance } = await WebAssembly.instantiate(module, { [MEMORY.module]: { [MEMORY.name]: memory } });
  const [even, odd] = STEPS.map((name) => instance.exports[name] as Step);
  return new WasmShard(spec, layout, memory, [even as Step, odd as Step], onClose);
}

function allocate(bytes: number, pages: number): WasmMemory {
  const fix = 'cut the grid into more shards, or use a device with a GPU';
  if (bytes > MAX_BYTES) {
    throw new EngineError(
      `this shard takes ${bytes} bytes, and a WebAssembly memory holds ${MAX_BYTES}: ${fix}`,
    );
  }
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch {
    throw new EngineError(`this device cannot give the ${bytes} bytes that this shard takes: ${fix}`);
  }
}

function hasSimd(): boolean {
  const body = [0x43, 0, 0, 0, 0, ...splatF32, 0x1a];
  const memory = { module: 'm', name: 'm', pages: 1 };
  return WebAssembly.validate(
    encodeModule({ parameters: [], locals: [], functions: [{ name: 'f', body }], memory }),
  );
}
