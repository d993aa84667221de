import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { StoreError } from '../../core/errors.js';
import { boxOfShape } from '../../core/grid/box.js';
import { checkJob } from '../../core/job/check.js';
import type { Engine } from '../../shaders/engine.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import { Checker, type Verdict } from './checker.js';
import { deviceOf, newcomer, PlayedRun } from './played-run.suite.js';

const job = checkJob({
  name: 'void',
  model: 'wave',
  grid: { shape: [8, 8, 8], spacing: 1, brick: 8 },
  time: { steps: 40, courant: 0.5 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 2 } },
  run: { exchangeEvery: 4 },
});

/** Finds that the state which a span began with is gone from the store, after `meanwhile`. */
class Deprived extends Checker {
  meanwhile = async (): Promise<void> => {};

  override async check(): Promise<Verdict> {
    await this.meanwhile();
    throw new StoreError('what it began with is gone');
  }
}

let engine: Engine;
let checker: Deprived;
let run: PlayedRun;
beforeEach(async () => {
  engine = await createWasmEngine();
  checker = new Deprived(() => createWasmEngine());
  const players = [await newcomer(await deviceOf(engine))];
  run = await PlayedRun.start(job, [boxOfShape([8, 8, 8])], players, { checker });
});
afterEach(async () => {
  await run.close();
  await checker.close();
  await engine.close();
});

it('a check of a plan that stands fails the run where it cannot be made', async () => {
  await expect(run.span(8)).rejects.toThrow(StoreError);
});

it('under a plan that is void by then it fails nothing', async () => {
  let closed: Promise<void> | undefined;
  const begun = new Promise<void>((resolve) => {
    checker.meanwhile = async () => {
      // All that was to be signed is: so the plans are void at once, and it waits for this check alone.
      closed = run.close();
      await setImmediate();
      resolve();
    };
  });
  // Nobody vets what it waits for any more.
  void run.span(8);
  await begun;
  await closed;
  expect(run.failure).toBeUndefined();
});
