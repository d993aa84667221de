import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { TransportEnd } from '../../core/links/end.suite.js';
import type { SignalData } from '../../core/links/transport.js';
import type { Ending } from './linked-process.fixture.js';
import { datachannelTransports } from './transport.js';

const PROGRAM = 'dist/test/linked-process/program.js';
const factory = datachannelTransports();

beforeAll(async () => {
  await build({
    entryPoints: ['peer-node/datachannel/linked-process.fixture.ts'],
    outfile: PROGRAM,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  });
});
afterAll(() => factory.close());

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
