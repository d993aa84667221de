import type { Zstd } from '@hpcc-js/wasm-zstd';

/** The library's view of its own memory, which it keeps to itself. */
interface Memory {
  heapView(at: unknown): Uint8Array;
  heapToUint8Array(at: unknown): Uint8Array;
}

let codec: Promise<Zstd> | undefined;

/**
 * Loaded when first needed: a page that only watches never fetches it. The library must not build code from strings,
 * as numcodecs' does: pages forbid it.
 */
export function zstd(): Promise<Zstd> {
  codec ??= import('@hpcc-js/wasm-zstd').then(async ({ Zstd }) => quickened(await Zstd.load()));
  return codec;
}

/**
 * Version 1.12.5 hands results out number by number (`new Uint8Array([...view])`), which takes fifty times as long as to
 * make them, and holds up a peer's halos meanwhile. Here they are copied as they lie. A version whose insides differ is
 * left as it is: slow, and right.
 */
function quickened(library: Zstd): Zstd {
  const { _mainModule: memory } = library as unknown as { readonly _mainModule?: Partial<Memory> };
  if (typeof memory?.heapView === 'function' && typeof memory.heapToUint8Array === 'function') {
    const { heapView } = memory;
    memory.heapToUint8Array = (at) => heapView.call(memory, at).slice();
  }
  return library;
}
