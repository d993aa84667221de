/** The parts of WebAssembly that every device has, and that no platform-free type library declares. */
interface Platform {
  readonly WebAssembly: {
    readonly Memory: new (size: { initial: number; maximum: number; shared: boolean }) => WasmMemory;
    validate(module: Uint8Array): boolean;
    instantiate(
      module: Uint8Array,
      imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
    ): Promise<{ instance: { exports: Readonly<Record<string, unknown>> } }>;
  };
}

export interface WasmMemory {
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
}

export const { WebAssembly } = globalThis as unknown as Platform;
