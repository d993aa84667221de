import { describe, expect, it } from 'vitest';
import { engineAskedFor, gpuObstacle, pickEngine, type Surroundings } from './engines.js';

/** A browser whose adapter says this of itself. */
const withAdapter = (info: Partial<GPUAdapterInfo> | null): Surroundings => ({
  isSecureContext: true,
  gpu: { requestAdapter: async () => info && { info } } as unknown as GPU,
});

const real = withAdapter({ vendor: 'acme', architecture: 'roadrunner' });
const emulated = withAdapter({ vendor: 'google', architecture: 'swiftshader' });
const noWebgpu: Surroundings = { gpu: undefined, isSecureContext: true };
const plainHttp: Surroundings = { gpu: undefined, isSecureContext: false };
const noAdapter = withAdapter(null);
const crashing: Surroundings = {
  isSecureContext: true,
  gpu: { requestAdapter: () => Promise.reject(new DOMException('gone')) } as unknown as GPU,
};

describe('automatic', () => {
  it('takes a real GPU', async () => {
    expect(await pickEngine('auto', real)).toEqual({ kind: 'webgpu' });
  });

  it.each([
    ['no WebGPU', noWebgpu, /has no WebGPU/],
    ['plain http', plainHttp, /plain http/],
    ['no adapter', noAdapter, /found no GPU/],
    ['a GPU process that has crashed', crashing, /found no GPU/],
    ['an emulated GPU', emulated, /no real GPU.*google swiftshader/],
  ])('takes the processor with %s, and says why', async (_, surroundings, why) => {
    expect(await pickEngine('auto', surroundings)).toEqual({
      kind: 'wasm',
      note: expect.stringMatching(why),
    });
  });
});

describe('a choice', () => {
  it('for the GPU accepts an emulated one', async () => {
    expect(await pickEngine('webgpu', emulated)).toEqual({ kind: 'webgpu' });
  });

  it('for the GPU is not turned into the processor', async () => {
    expect(await pickEngine('webgpu', noAdapter)).toEqual({
      kind: 'none',
      reason: expect.stringMatching(/Choose the processor/),
    });
  });

  it('for the processor leaves the GPU alone', async () => {
    const untouchable = {
      isSecureContext: true,
      get gpu(): GPU {
        throw new Error('the GPU was asked for');
      },
    };
    expect(await pickEngine('wasm', untouchable)).toEqual({ kind: 'wasm' });
  });

  it('in the address is only one of those there are', () => {
    expect(engineAskedFor('?engine=wasm')).toBe('wasm');
    expect(engineAskedFor('?engine=quantum')).toBeUndefined();
    expect(engineAskedFor('')).toBeUndefined();
  });
});

it('knows before consent, without asking for an adapter, where there can be no GPU', () => {
  expect(gpuObstacle(noWebgpu)).toMatch(/has no WebGPU/);
  expect(gpuObstacle(plainHttp)).toMatch(/plain http/);
  expect(gpuObstacle(noAdapter)).toBeUndefined();
});
