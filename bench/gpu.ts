import { EngineError } from '../core/errors.js';
import { gpusIn } from '../peer-node/gpu/adapters.js';
import { loadDawn } from '../peer-node/gpu/dawn.js';
import { describeAdapter } from '../shaders/webgpu/adapter.js';
import { FULL, measureGpu, TRIAL } from './gpu/measure.js';
import { gpuBenchOptions } from './gpu/options.js';
import { type Figure, UsageError } from './harness.js';

/**
 * `npm run bench -- gpu`: how fast the GPU engine is on this machine's GPU, and how near to what its memory allows.
 * `--gpu NAME` takes another GPU, `--memory GIB` tells how much of its memory the largest grid may take; `--trial` runs a small part of it, on a processor that plays a GPU as well.
 * Where there is no GPU it says so, and measures nothing. Throws UsageError.
 */
export async function bench(): Promise<Figure[]> {
  const { gpu, memory, trial } = gpuBenchOptions(process.argv.slice(3));
  try {
    const dawn = await loadDawn(gpu).catch((error: unknown) => {
      throw error instanceof EngineError ? new NoGpu(error.message) : error;
    });
    const newAdapter = () => adapterOf(dawn, trial, gpu);
    const plan = { ...FULL, ...(memory !== undefined && { memory }) };
    return await measureGpu(newAdapter, trial ? TRIAL : plan);
  } catch (error) {
    if (!(error instanceof NoGpu)) throw error;
    console.log(`No GPU to measure: ${error.message}`);
    return [];
  }
}

class NoGpu extends EngineError {}

async function adapterOf(dawn: GPU, emulatedWillDo: boolean, name = ''): Promise<GPUAdapter> {
  const adapter = await dawn
    .requestAdapter({ powerPreference: 'high-performance' })
    .catch((error: unknown) => Promise.reject(notNamed(name, String(error))));
  if (!adapter) throw new NoGpu('Dawn finds none');
  const { device, emulated } = describeAdapter(adapter);
  if (emulated && !emulatedWillDo)
    throw new NoGpu(`${device} is the processor playing one; --trial runs on it`);
  return adapter;
}

/** Dawn throws where the GPU that it was told by name is not there, and says which are. */
function notNamed(name: string, refusal: string): Error {
  const found = gpusIn(refusal).map((gpu) => gpu.name);
  if (found.length === 0) return new NoGpu('Dawn finds none');
  return new UsageError(`--gpu: there is none called "${name}". Dawn finds ${found.join(', ')}`);
}
