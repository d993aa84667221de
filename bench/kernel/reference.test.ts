import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../shaders/engine.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import { EngineContestant } from './engine.js';
import { type ProblemName, problems } from './problems.js';
import { referenceDigest, referenceState } from './reference.js';

const N = 20;
const STEPS = 11;
let engine: Engine;

beforeAll(async () => {
  engine = await createWasmEngine();
});
afterAll(() => engine.close());

describe.each(Object.keys(problems) as ProblemName[])('%s', (name) => {
  async function digestAfter(...runs: readonly number[]): Promise<number> {
    const contestant = await EngineContestant.open(engine, problems[name](), [N, N, N]);
    await contestant.start('point');
    await contestant.advance(3);
    await contestant.start('noise');
    for (const steps of runs) await contestant.advance(steps);
    const digest = await contestant.digest();
    await contestant.close();
    return digest;
  }

  test('the wasm engine has the digest of strict f32, whatever it computed before', async () => {
    expect(await digestAfter(STEPS)).toBe(referenceDigest(name, N, STEPS));
  });

  test('a run in two parts is one run', async () => {
    expect(await digestAfter(4, STEPS - 4)).toBe(referenceDigest(name, N, STEPS));
  });

  test('one step more has another digest', () => {
    expect(referenceDigest(name, N, STEPS + 1)).not.toBe(referenceDigest(name, N, STEPS));
  });
});

test('the factorised and the naive 19 points are one stencil, added up in another order', () => {
  const [factorised, naive] = (['nineteen', 'naive19'] as const).map(
    (name) => referenceState(name, N, STEPS)[0],
  );
  if (!factorised || !naive) throw new TypeError('a wave has one array');
  const norm = (values: Float32Array) => Math.hypot(...values);
  const apart = factorised.map((value, cell) => value - (naive[cell] ?? Number.NaN));
  expect(norm(apart) / norm(naive)).toBeLessThan(1e-6);
  expect(norm(apart)).toBeGreaterThan(0);
});
