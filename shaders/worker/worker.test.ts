import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineError, ModelError } from '../../core/errors.js';
import type { Engine } from '../engine.js';
import { engineCompliance } from '../engine.suite.js';
import { suiteShard, suiteUpdate } from '../engine.suite.reference.js';
import { describeAdapter } from '../webgpu/adapter.js';
import { dawnAdapter } from '../webgpu/dawn.suite.js';
import { errorOf, plainError } from './messages.js';
import type { Port } from './port.js';
import { remoteEngine } from './remote.js';

let folder: string;
let bundle: string;

beforeAll(async () => {
  // Inside the repository, so that the bundle finds the packages it leaves out.
  const dist = fileURLToPath(new URL('../../dist', import.meta.url));
  await mkdir(dist, { recursive: true });
  folder = await mkdtemp(join(dist, 'worker-test-'));
  bundle = join(folder, 'worker.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('./dawn-worker.suite.ts', import.meta.url))],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    loader: { '.wgsl': 'text' },
  });
});

afterAll(() => rm(folder, { recursive: true }));

engineCompliance('webgpu in a worker', {
  open: async () => (await start()).engine,
  exact: describeAdapter(await dawnAdapter()).emulated,
});

describe('an engine in a worker', () => {
  it('rejects what waits and what comes later when the worker dies', async () => {
    const { engine, worker } = await start();
    const shard = await engine.createShard(suiteShard);
    const pending = shard.advance(Array.from({ length: 2000 }, () => suiteUpdate));
    const rejected = expect(pending).rejects.toThrow(/worker has ended/);
    await worker.terminate();
    await rejected;
    await expect(shard.read([])).rejects.toThrow(EngineError);
    await expect(engine.createShard(suiteShard)).rejects.toThrow(EngineError);
    await shard.close();
    await engine.close();
  });

  it('cannot be opened in a worker that does not start', async () => {
    const worker = new Worker(bundle, { workerData: 'dies' });
    await expect(remoteEngine(portOf(worker))).rejects.toThrow(/worker has ended: .*3/);
  });

  it('lets the worker end once it is closed', async () => {
    const { engine, worker } = await start();
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    await engine.close();
    expect(await ended).toBe(0);
  });

  it('writes what it is lent and gives it back in the same memory', async () => {
    const { engine } = await start();
    const shard = await engine.createShard(suiteShard);
    const slab = { component: 0, field: 'psi', level: 'now', box: { lo: [0, 0, 0], hi: [1, 1, 3] } } as const;
    // A part of a buffer, as cells in a message are.
    const cells = Float32Array.of(0, 1, 2, 3).subarray(1);
    const back = await shard.lend?.([slab], cells);
    expect(Array.from(back as Float32Array)).toEqual([1, 2, 3]);
    expect(back?.byteOffset).toBe(4);
    expect(cells.byteLength).toBe(0);
    expect(Array.from(await shard.read([slab]))).toEqual([1, 2, 3]);
    await engine.close();
  });

  it('reads what was asked for, whether or not it is given memory for it', async () => {
    const { engine } = await start();
    const shard = await engine.createShard(suiteShard);
    const slab = { component: 0, field: 'psi', level: 'now', box: { lo: [0, 0, 0], hi: [1, 1, 3] } } as const;
    await shard.write([slab], Float32Array.of(1, 2, 3));
    expect(Array.from(await shard.read([slab], Float32Array.of(7, 8, 9)))).toEqual([1, 2, 3]);
    await engine.close();
  });

  it('leaves the caller the data that it writes', async () => {
    const { engine } = await start();
    const shard = await engine.createShard(suiteShard);
    const data = Float32Array.of(1, 2, 3);
    await shard.write(
      [{ component: 0, field: 'psi', level: 'now', box: { lo: [0, 0, 0], hi: [1, 1, 3] } }],
      data,
    );
    expect(Array.from(data)).toEqual([1, 2, 3]);
    await engine.close();
  });
});

describe('an error that crosses', () => {
  it.each([
    new EngineError('too large'),
    new ModelError(3, 14, 'loops are not in the subset'),
    new Error('something else'),
  ])('keeps its type and message: $name', (error) => {
    const crossed = errorOf(structuredClone(plainError(error)));
    expect(crossed).toBeInstanceOf(error.constructor);
    expect(crossed.message).toBe(error.message);
  });
});

async function start(): Promise<{ engine: Engine; worker: Worker }> {
  const worker = new Worker(bundle);
  return { engine: await remoteEngine(portOf(worker)), worker };
}

/** Leaves the ending to the worker, so that a test sees whether it does. */
function portOf(worker: Worker): Port {
  const port: Port = {
    post: (message, transfer) => worker.postMessage(message, transfer),
    onMessage: () => undefined,
    onClose: () => undefined,
    close: () => undefined,
  };
  worker.on('message', (message) => port.onMessage(message));
  worker.on('error', (error: Error) => port.onClose(error.message));
  worker.on('exit', (code) => port.onClose(`exit code ${code}`));
  return port;
}
