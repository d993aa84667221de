import { create, globals } from 'webgpu';

Object.assign(globalThis, globals);

// Dawn goes with this object, so it must outlive every device.
const gpu = create([]);

/** Dawn's adapter. Fails where there is none: a test of the GPU engine that did not run has not passed. */
export async function dawnAdapter(): Promise<GPUAdapter> {
  const adapter = await gpu.requestAdapter();
  if (adapter) return adapter;
  throw new Error(
    'Dawn finds no WebGPU adapter. Without a GPU, install the chromium package and start with ' +
      'LD_LIBRARY_PATH=/usr/lib/chromium VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json',
  );
}
