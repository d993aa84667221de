import { type ChildProcess, execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { TransportEnd } from '../../core/links/end.suite.js';
import type { SignalData } from '../../core/links/transport.js';
import type { Ending } from './linked-process.fixture.js';
import { datachannelTransports } from './transport.js';

const PROGRAMS = 'dist/test/linked-process';
const PROGRAM = `${PROGRAMS}/linked-process.fixture.js`;
const PROGRAM_OF_ITS_OWN = `${PROGRAMS}/own-link.fixture.js`;
const factory = datachannelTransports();

beforeAll(async () => {
  await build({
    entryPoints: ['linked-process', 'own-link'].map((name) => `peer-node/datachannel/${name}.fixture.ts`),
    outdir: PROGRAMS,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  });
});
afterAll(() => factory.close());

describe('of two linked processes', () => {
  let child: ChildProcess;
  let ours: TransportEnd;
  let ended: Promise<unknown[]>;
  beforeEach(async () => {
    child = fork(PROGRAM);
    ended = once(child, 'exit');
    ours = new TransportEnd(factory);
    child.send(await ours.offer());
    const [answer] = (await once(child, 'message')) as [SignalData];
    await ours.accept(answer);
    await ours.opened();
    await expect.poll(async () => (await ours.received()).bytes).toBeGreaterThan(0);
  });
  afterEach(async () => {
    child.kill('SIGKILL');
    await ended;
  });

  const tell = (ending: Ending) => child.send(ending);

  test('a process that has closed its links ends by itself, and the other side knows', async () => {
    tell('close');
    expect(await ended).toEqual([0, null]);
    await expect.poll(() => ours.closings()).toHaveLength(1);
  });

  test('what a process closes the other side learns of, even where the process exits the moment after', async () => {
    tell('close and exit');
    expect(await ended).toEqual([7, null]);
    await expect.poll(() => ours.closings()).toHaveLength(1);
  });

  test('a process may exit with its links open', async () => {
    tell('exit');
    expect(await ended).toEqual([7, null]);
  });

  test('a process that is killed leaves the other its other links', async () => {
    const [one, other] = [new TransportEnd(factory), new TransportEnd(factory)];
    await one.accept(await other.answer(await one.offer()));
    await Promise.all([one.opened(), other.opened()]);
    child.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
    await ours.send([1000, 1000]);
    await one.send([1000]);
    await expect.poll(() => other.received()).toEqual({ messages: 1, bytes: 1000, fault: null });
    await ours.close();
    expect(await ours.closings()).toHaveLength(1);
  });
});

const isRootOnLinux = process.platform === 'linux' && process.getuid?.() === 0;

test.runIf(isRootOnLinux)('on a machine without a network, peers meet over the loopback', async () => {
  const alone = `ip link set lo up && exec "$0" "$1"`;
  const { stdout } = await promisify(execFile)('unshare', [
    ...['--net', 'sh', '-c', alone, process.execPath, PROGRAM_OF_ITS_OWN],
  ]);
  expect(stdout).toBe('127.0.0.1\n');
});

test('a worker thread is refused, for its end would bring the process down', async () => {
  const worker = new Worker(resolve(PROGRAM_OF_ITS_OWN));
  const [error] = await once(worker, 'error');
  expect(error).toMatchObject({ message: expect.stringContaining('main thread') });
});
