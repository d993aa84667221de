import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nextFreePort } from '../peer-node/cli/port.js';
import { CoordinatorProcess, PeerProcess, SubmitProcess } from './processes.js';

const EDGE = 192;
/** Of the four arrays: 113 MB, and hardly less when they are compressed. */
const INPUT_BYTES = 4 * EDGE ** 3 * Float32Array.BYTES_PER_ELEMENT;
const HEAP_MB = 48;

const job = {
  name: 'large',
  model: 'medium',
  grid: { shape: [EDGE, EDGE, EDGE], spacing: 1, brick: 64 },
  time: { steps: 2, courant: 0.5 },
  media: { speed: { array: 'random.npy', max: 2 }, damping: { array: 'random.npy', max: 2 } },
  initial: { psi: { array: 'random.npy', before: 'random.npy' } },
  outputs: { plane: { fields: ['psi'], plane: { z: 9 } } },
  // To check a peer, the coordinator computes a shard again, which it then holds.
  trust: { check: 'off' },
};

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'groundswell-large-'));
  await writeFile(join(folder, 'job.json'), JSON.stringify(job));
  await writeRandom(join(folder, 'random.npy'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test.runIf(process.platform === 'linux')(
  'arrays several times larger than the memory of coordinator and command pass through them in bricks',
  async () => {
    const port = await nextFreePort('127.0.0.1', 18_870);
    const url = `http://127.0.0.1:${port}`;
    const heap = { NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` };
    const coordinator = new CoordinatorProcess(join(folder, 'data'), port, heap);
    while (!(await fetch(`${url}/readyz`).catch(() => undefined))?.ok) await pause();
    const before = await peakOf(coordinator.pid);
    const peer = new PeerProcess(url, 'anna');
    const submit = new SubmitProcess(join(folder, 'job.json'), url, join(folder, 'data'), heap);
    try {
      const peaks = watchPeak(submit.pid);
      expect(await submit.ended, submit.output).toBe(0);
      // Buffers lie beside the heap, so what the process took is looked at, not that it got by.
      expect((await peakOf(coordinator.pid)) - before).toBeLessThan(INPUT_BYTES / 2);
      expect(await peaks).toBeLessThan(before + INPUT_BYTES);
    } finally {
      await Promise.all([peer.kill(), submit.kill(), coordinator.kill()]);
    }
  },
);

const pause = () => new Promise((resolve) => setTimeout(resolve, 25));

/** The most memory that a process has had, in bytes. */
async function peakOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}

/** The same, of one that ends by itself, as last seen. */
async function watchPeak(pid: number): Promise<number> {
  for (let peak = 0; ; await pause()) {
    const now = await peakOf(pid).catch(() => Number.NaN);
    if (Number.isNaN(now)) return peak;
    peak = now;
  }
}

/** Values from 1 to 2, all bits of their mantissas random. */
async function writeRandom(path: string): Promise<void> {
  const described = `{'descr': '<f4', 'fortran_order': False, 'shape': (${EDGE}, ${EDGE}, ${EDGE}), }`;
  const header = Buffer.from(`\x93NUMPY\x01\x00..${described.padEnd(117)}\n`, 'latin1');
  header.writeUInt16LE(118, 8);
  const file = await open(path, 'w');
  await file.write(header);
  const slice = new Uint32Array(EDGE * EDGE);
  let state = 1;
  for (let z = 0; z < EDGE; z++) {
    for (let i = 0; i < slice.length; i++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      slice[i] = 0x3f800000 | (state >>> 9);
    }
    await file.write(new Uint8Array(slice.buffer));
  }
  await file.close();
}
