import { parseArgs } from 'node:util';
import { EngineError } from '../core/errors.js';
import { loadDawn } from '../peer-node/gpu/dawn.js';
import { describeAdapter } from '../shaders/webgpu/adapter.js';
import { FULL, measureGpu, TRIAL } from './gpu/measure.js';
import type { Figure } from './harness.js';

/**
 * `npm run bench -- gpu`: how fast the GPU engine is on this machine's GPU, and how near to what its memory allows.
 * `--gpu NAME` takes another GPU, `--memory GIB` tells how much of its memory the largest grid may take; `--trial` runs a small part of it, on a processor that plays a GPU as well.
 * Where there is no GPU it says so, and measures nothing.
 */
export async function bench(): Promise<Figure[]> {
  const { values } = parseArgs({
    args: process.argv.slice(3),
    options: {
      gpu: { type: 'string' },
      memory: { type: 'string' },
      trial: { type: 'boolean', default: false },
    },
  });
  try {
    const dawn = await loadDawn(values.gpu).catch((error: unknown) => {
      throw error instanceof EngineError ? new NoGpu(error.message) : error;
    });
    const newAdapter = () => adapterOf(dawn, values.trial);
    const memory = values.memory === undefined ? {} : { memory: Number(values.memory) * 2 ** 30 };
    return await measureGpu(newAdapter, values.trial ? TRIAL : { ...FULL, ...memory });
  } catch (error) {
    if (!(error instanceof NoGpu)) throw error;
    console.log(`No GPU to measure: ${error.message}`);
    return [];
  }
}

class NoGpu extends EngineError {}

async function adapterOf(dawn: GPU, emulatedWillDo: boolean): Promise<GPUAdapter> {
  const adapter = await dawn.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new NoGpu('Dawn finds none');
  const { device, emulated } = describeAdapter(adapter);
  if (emulated && !emulatedWillDo)
    throw new NoGpu(`${device} is the processor playing one; --trial runs on it`);
  return adapter;
}
