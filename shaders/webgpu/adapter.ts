export interface AdapterDescription {
  /** The device in words, for people. */
  readonly device: string;
  /** A processor that plays a GPU: right for tests, far slower than the `wasm` engine for work. */
  readonly emulated: boolean;
}

/** Drivers that compute on the processor. Not all of them say so through `isFallbackAdapter`. */
const EMULATORS = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bwarp\b/i;

/** Whether a driver of that name computes on the processor. */
export function isEmulator(name: string): boolean {
  return EMULATORS.test(name);
}

export function describeAdapter(adapter: GPUAdapter): AdapterDescription {
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  const named = description || [vendor, architecture || device].filter(Boolean).join(' ');
  return {
    device: named || 'unnamed GPU',
    emulated: isFallbackAdapter || isEmulator([vendor, architecture, device, description].join(' ')),
  };
}
