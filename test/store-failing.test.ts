import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { JobFileInput } from '../core/job/schema.js';
import { differingBits } from './bits.js';
import { Fleet } from './fleet.js';

const job: JobFileInput = {
  name: 'failing-store',
  model: 'wave',
  grid: { shape: [32, 32, 32], spacing: 1, brick: 8 },
  time: { steps: 1500, courant: 0.55 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3 } },
  outputs: { plane: { fields: ['psi'], every: 50, plane: { z: 16 } }, end: { fields: ['psi'] } },
  run: { checkpointSeconds: 0.2 },
};

const mount = (...args: readonly string[]) => execFileSync('mount', args, { stdio: 'ignore' });

/** A disk of its own, of 32 MB. Only root may mount one, and not in every container. */
function newDisk(): string | undefined {
  const disk = mkdtempSync(join(tmpdir(), 'groundswell-disk-'));
  try {
    mount('-t', 'tmpfs', '-o', 'size=32m', 'none', disk);
    return disk;
  } catch {
    rmSync(disk, { recursive: true });
    return undefined;
  }
}

const disk = newDisk();

describe.skipIf(disk === undefined)('A run whose disk', () => {
  const folder = disk ?? '';
  let truth: Float32Array[];
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await Fleet.start();
    await fleet.join();
    truth = await everything(await fleet.run({ ...job, run: {} }));
    await fleet.close();
    return () => {
      execFileSync('umount', [folder]);
      rmSync(folder, { recursive: true });
    };
  });

  afterEach(() => fleet.close());

  test.each([
    {
      what: 'is full for a while',
      fail: fill,
      mend: () => rmSync(join(folder, 'ballast')),
      reason: /is on a full disk: free some space/,
    },
    {
      what: 'is read-only for a while',
      fail: () => mount('-o', 'remount,ro', folder),
      mend: () => mount('-o', 'remount,rw', folder),
      reason: /is read-only: choose a folder on a writable disk/,
    },
  ])('$what waits, says so in one line, and goes on: every bit is right', async ({ fail, mend, reason }) => {
    fleet = await Fleet.start({ folder });
    await fleet.join();
    const id = await fleet.submit(job);
    await until(() => (fleet.status(id).progress?.checkpoint ?? 0) > 0);
    await until(() => succeeds(fail));
    await until(() => reason.test(fleet.status(id).reason ?? ''));
    expect(fleet.status(id)).toMatchObject({
      state: 'running',
      reason: expect.stringMatching(/^(peer 1 )?waits for the store: [^\n]*$/),
    });
    mend();
    await fleet.done(id);
    expect(differingBits(await everything(fleet.result(id)), truth)).toBe(0);
    expect(fleet.events.filter(({ event }) => event === 'back')).toEqual([]);
  });

  function everything(result: { output(name: string, state: string): Promise<Float32Array> }) {
    return Promise.all([result.output('plane', 'psi'), result.output('end', 'psi')]);
  }

  /** Not one byte is left. */
  function fill(): void {
    for (let size = 32 * 1024 * 1024; size > 0; size = Math.floor(size / 2)) {
      try {
        writeFileSync(join(folder, 'ballast'), new Uint8Array(size), { flag: 'a' });
      } catch {
        // Less, then.
      }
    }
  }
});

/** A disk is busy, and stays as it is, while a file on it is being written. */
function succeeds(fail: () => void): boolean {
  try {
    fail();
    return true;
  } catch {
    return false;
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 10));
}
