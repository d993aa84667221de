import { expect, test } from 'vitest';
import { checkJob } from '../../core/job/check.js';
import { encodeCells } from '../../core/result/cells.js';
import { NearChunks } from './chunk-comparison.js';

const jobIn = (keepWavesIn: 'f16' | 'f32') =>
  checkJob({
    name: 'near',
    model: 'wave',
    grid: { shape: [8, 8, 8], spacing: 1, brick: 8 },
    time: { steps: 16, courant: 0.5 },
    parameters: { speed: 1 },
    run: { keepWavesIn },
  });

const KEY = 'results/near-1/outputs/end/psi/c/0/0/0/0';

/** What is said of a chunk that is stored so many times as loud as it comes out. */
async function verdictOn(keepWavesIn: 'f16' | 'f32', louder: number) {
  const made = Float32Array.from({ length: 8 ** 3 }, (_, cell) => Math.sin(cell));
  const stored = await encodeCells(made.map((value) => louder * value));
  const chunks = new NearChunks({ get: async () => stored }, jobIn(keepWavesIn));
  await chunks.add(KEY, (await encodeCells(made)) as Uint8Array);
  return chunks.verdict.kind;
}

test('a chunk of another class is near, or off by more than rounding explains', async () => {
  expect(await verdictOn('f32', 1)).toBe('holds');
  expect(await verdictOn('f32', 1.01)).toBe('lied');
});

test('nobody is blamed for what f16 may have rounded', async () => {
  expect(await verdictOn('f16', 1)).toBe('holds');
  expect(await verdictOn('f16', 1.01)).toBe('unknown');
});
