import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineError } from '../core/errors.js';
import { advanceLargeShard } from '../shaders/large-shard.suite.js';
import { describeAdapter } from '../shaders/webgpu/adapter.js';
import { dawnAdapter } from '../shaders/webgpu/dawn.suite.js';
import { openEngine } from './engines.js';
import { listGpus } from './gpu/adapters.js';

let folder: string;
let worker: URL;

beforeAll(async () => {
  // Inside the repository, so that the bundle finds the packages it leaves out.
  const dist = fileURLToPath(new URL('../dist', import.meta.url));
  await mkdir(dist, { recursive: true });
  folder = await mkdtemp(join(dist, 'engines-test-'));
  const outfile = join(folder, 'engine-worker.mjs');
  worker = pathToFileURL(outfile);
  await build({
    entryPoints: [fileURLToPath(new URL('./engine-worker.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    loader: { '.wgsl': 'text' },
  });
});

afterAll(() => rm(folder, { recursive: true }));

describe('opening an engine', () => {
  it.each(['webgpu', 'wasm'] as const)('gives %s where it is asked for', async (choice) => {
    const engine = await openEngine(choice, { worker });
    expect(engine.kind).toBe(choice);
    await engine.close();
  });

  it('takes a real GPU unasked, but not a processor that plays one', async () => {
    const { emulated } = describeAdapter(await dawnAdapter());
    const engine = await openEngine('auto', { worker });
    expect(engine.kind).toBe(emulated ? 'wasm' : 'webgpu');
    await engine.close();
  });

  it('gives wasm the threads asked for, and the same bits on any number of them', async () => {
    const [one, two] = [
      await openEngine('wasm', { worker, threads: 1 }),
      await openEngine('wasm', { worker, threads: 2 }),
    ];
    expect(one.device).not.toContain('threads');
    expect(two.device).toContain('2 threads');
    expect(await advanceLargeShard(two)).toEqual(await advanceLargeShard(one));
  });

  it('gives a GPU as much memory as it is told of, or two of the largest arrays that it binds', async () => {
    const { maxStorageBufferBindingSize, maxBufferSize } = (await dawnAdapter()).limits;
    const told = await openEngine('webgpu', { worker, gpuMemory: 5e9 });
    expect(told.memory).toBe(5e9);
    await told.close();
    const untold = await openEngine('webgpu', { worker });
    expect(untold.memory).toBe(2 * Math.min(maxStorageBufferBindingSize, maxBufferSize));
    await untold.close();
  });

  it('gives the GPU that is named, and none in its place', async () => {
    const [{ name } = { name: '' }] = await listGpus();
    const engine = await openEngine({ gpu: name }, { worker });
    expect(engine.kind).toBe('webgpu');
    await engine.close();
    const missing = openEngine({ gpu: 'no such card' }, { worker });
    await expect(missing).rejects.toThrow(EngineError);
    await expect(missing).rejects.toThrow(`no GPU called no such card here; Dawn finds ${name}`);
  });

  it('fails with an EngineError where the worker cannot start', async () => {
    const missing = new URL('./missing.mjs', worker);
    await expect(openEngine('wasm', { worker: missing })).rejects.toThrow(EngineError);
  });
});
