import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineError } from '../core/errors.js';
import { boxOfShape, cellCount, grow } from '../core/grid/box.js';
import type { Engine, Slab } from '../shaders/engine.js';
import { suiteShard } from '../shaders/engine.suite.reference.js';
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

  it('gives wasm the threads asked for, which end with it', async () => {
    const whole = await engineEnds(await openEngine('wasm', { worker, threads: 2 }));
    const alone = await engineEnds(await openEngine('wasm', { worker, threads: 1 }));
    expect(whole.device).toContain('2 threads');
    expect(alone.device).not.toContain('threads');
    expect(whole.cells).toEqual(alone.cells);
  });

  it('gives the GPU that is named, and none in its place', async () => {
    const [{ name } = { name: '' }] = await listGpus();
    const engine = await openEngine({ gpu: name }, { worker });
    expect(engine.kind).toBe('webgpu');
    await engine.close();
    await expect(openEngine({ gpu: 'no such card' }, { worker })).rejects.toThrow(EngineError);
  });

  it('fails with an EngineError where the worker cannot start', async () => {
    const missing = new URL('./missing.mjs', worker);
    await expect(openEngine('wasm', { worker: missing })).rejects.toThrow(EngineError);
  });
});

/** A wave in a box large enough for several threads, a few steps on, and the engine closed. */
async function engineEnds(engine: Engine) {
  const frame = boxOfShape([64, 130, 130]);
  const shard = await engine.createShard({ ...suiteShard, frame });
  const slab: Slab = { component: 0, field: 'psi', level: 'now', box: frame };
  await shard.write(
    [slab],
    Float32Array.from({ length: cellCount(frame) }, (_, cell) => Math.sin(cell)),
  );
  const box = grow(frame, [-1, -1, -1]);
  await shard.advance(Array.from({ length: 10 }, (_, time) => ({ box, time })));
  const cells = await shard.read([slab]);
  await engine.close();
  return { device: engine.device, cells };
}
