import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LeaseTakenError, StoreUnavailableError, TakenOverError } from '../../core/errors.js';
import { folderStore } from '../store/folder.js';
import { UploadSigner } from '../store/signer.js';
import type { Store } from '../store/store.js';
import { Lease } from './lease.js';
import { LEASE_KEY, readLease, thisProcess, writeLease } from './record.js';

const pace = { renewEvery: 20, runsOutAfter: 200, lookEvery: 10 };

let folder: string;
let store: Store;
const held: Lease[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'groundswell-lease-'));
  store = await folderStore(folder, new UploadSigner(new Uint8Array(32)));
});

afterEach(async () => {
  await Promise.all(held.splice(0).map((lease) => lease.close()));
  await rm(folder, { recursive: true });
});

async function take(whileTaken: 'wait' | 'refuse'): Promise<Lease> {
  const lease = await Lease.take(store, { whileTaken, pace });
  held.push(lease);
  return lease;
}

/** Somebody's lease, as a process that is gone or elsewhere left it. */
const left = (holder: Partial<ReturnType<typeof thisProcess>>, beat = 7) =>
  writeLease({ version: 1, term: 4, holder: { ...thisProcess('somebody'), ...holder }, beat });

test('one of many has it at a time, and each has a later term than the one before', async () => {
  const terms: number[] = [];
  let holders = 0;
  await Promise.all(
    Array.from({ length: 6 }, async () => {
      const lease = await take('wait');
      holders += 1;
      expect(holders).toBe(1);
      terms.push(lease.term);
      await new Promise((resolve) => setTimeout(resolve, 3 * pace.renewEvery));
      holders -= 1;
      await lease.close();
    }),
  );
  expect(terms).toEqual([1, 2, 3, 4, 5, 6]);
});

test('while somebody renews it, whoever will not wait is told who', async () => {
  await take('refuse');
  await expect(take('refuse')).rejects.toThrow(LeaseTakenError);
  await expect(take('refuse')).rejects.toThrow(`process ${process.pid} on`);
});

test('one that is not renewed is taken when it has run out, and no sooner', async () => {
  await store.create(LEASE_KEY, left({ machine: 'elsewhere' }));
  const begun = performance.now();
  const lease = await take('refuse');
  expect(performance.now() - begun).toBeGreaterThanOrEqual(pace.runsOutAfter);
  expect(lease.term).toBe(5);
});

test('whoever waits outlives a store that fails for a while, and does not take that for the end of the holder', async () => {
  const holder = await take('wait');
  let [looks, isAway] = [0, false];
  const failing: Store = {
    ...store,
    async getVersioned(key) {
      looks += 1;
      if (isAway) throw new StoreUnavailableError('the store is away');
      return store.getVersioned(key);
    },
  };
  const after = async (more: number) => {
    const until = looks + more;
    await vi.waitFor(() => expect(looks).toBeGreaterThanOrEqual(until), 20_000);
  };
  const waiting = Lease.take(failing, { whileTaken: 'wait', pace });
  await after(2);
  isAway = true;
  await after((2 * pace.runsOutAfter) / pace.lookEvery);
  isAway = false;
  await after(2);
  expect(readLease((await store.get(LEASE_KEY)) as Uint8Array).term).toBe(holder.term);
  await holder.close();
  const next = await waiting;
  held.push(next);
  expect(next.term).toBe(holder.term + 1);
});

test('that of a process of this machine that is dead is taken at once', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  await store.create(LEASE_KEY, left({ pid: child.pid as number }));
  const lease = await Lease.take(store, { whileTaken: 'refuse', pace: { ...pace, runsOutAfter: 1e9 } });
  held.push(lease);
  expect(lease.term).toBe(5);
});

test('a holder that was overtaken learns of it, and leaves the lease alone', async () => {
  const lease = await take('refuse');
  const steal = async () => {
    const { version } = (await store.getVersioned(LEASE_KEY)) ?? { version: '' };
    return store.replace(LEASE_KEY, left({ machine: 'elsewhere' }), version);
  };
  // A renewal may come between.
  while ((await steal()) === undefined);
  expect(await lease.lost).toBeInstanceOf(TakenOverError);
  await lease.close();
  expect(readLease((await store.get(LEASE_KEY)) as Uint8Array).holder?.machine).toBe('elsewhere');
});
