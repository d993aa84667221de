import { EngineError } from '../../core/errors.js';

/**
 * Dawn, an optional package: not every platform has it ready-built. With `adapter` it offers that one alone, by a part of
 * its name. Dawn goes with the object that this gives, so it must outlive the engine.
 * Throws EngineError where it does not load, or has no driver to load.
 */
export async function loadDawn(adapter?: string): Promise<GPU> {
  refuseWithoutVulkan();
  try {
    const { create, globals } = await import('webgpu');
    Object.assign(globalThis, globals);
    return create(adapter === undefined ? [] : [`adapter=${adapter}`]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EngineError(`WebGPU does not load here (${reason}): use the wasm engine`);
  }
}

/**
 * On Linux Dawn reaches GPUs by Vulkan's loader alone, and where that is missing it says so in lines of its own that nobody
 * can catch. Node's own attempt to open the library tells before: one that is found is refused as no module of Node's.
 */
function refuseWithoutVulkan(): void {
  if (process.platform !== 'linux') return;
  try {
    process.dlopen({ exports: {} }, 'libvulkan.so.1');
  } catch (error) {
    if (!String(error).includes('cannot open shared object')) return;
    throw new EngineError(
      "no GPU can be reached: Vulkan's loader, libvulkan.so.1, is not installed (on Debian: libvulkan1); or use the wasm engine",
    );
  }
}
