import { createWasmEngine } from '../../shaders/wasm/engine.js';
import { type ProblemName, problems, shardOf } from './problems.js';

/** A module that the wasm engine made. */
export interface BuiltModule {
  readonly bytes: number;
  /** From the model's WGSL to a shard that can run. */
  readonly milliseconds: number;
}

/** Builds the module of a problem on n³ cells anew. Seen from outside, by what the engine hands to WebAssembly. */
export async function buildModule(name: ProblemName, n: number): Promise<BuiltModule> {
  const engine = await createWasmEngine();
  const watch = watchWebAssembly();
  try {
    const began = performance.now();
    const shard = await engine.createShard(shardOf(problems[name](), [n, n, n]));
    const milliseconds = performance.now() - began;
    await shard.close();
    const bytes = watch.largest();
    if (bytes === 0) throw new Error('the wasm engine made a shard without handing WebAssembly a module');
    return { bytes, milliseconds };
  } finally {
    watch.stop();
    await engine.close();
  }
}

/** Sees the bytes that go through any of WebAssembly's ways to compile. */
function watchWebAssembly(): { largest(): number; stop(): void } {
  let largest = 0;
  const note = (source: unknown) => {
    const bytes = ArrayBuffer.isView(source) || source instanceof ArrayBuffer ? source.byteLength : 0;
    largest = Math.max(largest, bytes);
  };
  const host = WebAssembly as unknown as Record<string, (...args: unknown[]) => unknown>;
  const { compile, instantiate } = host;
  const { Module } = WebAssembly;
  for (const [name, original] of Object.entries({ compile, instantiate })) {
    host[name] = (...args) => {
      note(args[0]);
      return original?.(...args);
    };
  }
  WebAssembly.Module = new Proxy(Module, {
    construct(target, args: [BufferSource]) {
      note(args[0]);
      return new target(...args);
    },
  });
  return {
    largest: () => largest,
    stop: () => Object.assign(WebAssembly, { compile, instantiate, Module }),
  };
}
