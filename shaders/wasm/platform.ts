/** The parts of WebAssembly and of the clock that every device has, and that no platform-free type library declares. */
interface Platform {
  readonly WebAssembly: {
    readonly Memory: new (size: { initial: number; maximum: number }) => WasmMemory;
    validate(module: Uint8Array): boolean;
    instantiate(
      module: Uint8Array,
      imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
    ): Promise<{ instance: { exports: Readonly<Record<string, unknown>> } }>;
  };
  readonly performance: { now(): number };
}

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

export const { WebAssembly, performance } = globalThis as unknown as Platform;
