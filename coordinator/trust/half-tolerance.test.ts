import { afterAll, beforeAll, expect, it } from 'vitest';
import { boxOfShape } from '../../core/grid/box.js';
import { checkJob } from '../../core/job/check.js';
import { brickDigests } from '../../core/witness/digests.js';
import { outputsHash } from '../../core/witness/outputs.js';
import { type Outcome, replay } from '../../core/witness/replay.js';
import { exchangeSteps, type Span } from '../../core/witness/span.js';
import type { Engine } from '../../shaders/engine.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import { Checker, digest } from './checker.js';

/** A tenth of the usual time step: f16 loses most there. */
const job = checkJob({
  name: 'small-steps',
  model: 'medium',
  grid: { shape: [8, 8, 24], spacing: 1, brick: 8 },
  time: { steps: 8000, dt: 0.02 },
  media: { speed: { base: 2, regions: [{ shape: 'layer', axis: 'z', from: 0, to: 4, value: 2.4 }] } },
  boundary: { z: ['neumann', 'dirichlet'], y: 'periodic', x: 'dirichlet' },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 4 } },
  run: { exchangeEvery: 4, keepWavesIn: 'f16' },
});

const objects = { get: async () => undefined };

let engine: Engine;
let checker: Checker;
beforeAll(async () => {
  engine = await createWasmEngine();
  checker = new Checker(() => createWasmEngine());
});
afterAll(async () => {
  await checker.close();
  await engine.close();
});

function spanOf(steps: number): Span {
  const shards = [{ peer: 'anna', box: boxOfShape([8, 8, 24]) }];
  const plan = {
    id: 1,
    job: 'halves-1',
    from: 0,
    exchangeEvery: 4,
    epoch: 4,
    signed: 'spans',
    shards,
  } as const;
  return { plan: { ...plan, source: { kind: 'initial' } }, shard: 0, from: 0, to: steps };
}

/** What is found of a device that says it keeps f16, and shows `shown` of what comes of the span. */
async function verdictOn(steps: number, shown: (made: Outcome) => Float32Array): Promise<string> {
  const span = spanOf(steps);
  const start = { kind: 'initial' } as const;
  const received = exchangeSteps(span).map(() => []);
  const made = await replay({ engine, objects }, job, span, start, received);
  const end = shown(made);
  const claim = {
    job,
    span,
    start,
    startDigests: undefined,
    statement: {
      job: 'halves-1',
      plan: 1,
      shard: 0,
      from: 0,
      step: steps,
      root: '',
      outputs: await outputsHash([], digest),
      halos: [],
    },
    digests: await brickDigests(job, boxOfShape([8, 8, 24]), end, digest),
    evidence: { received, outcome: { sent: made.sent, end } },
    sameClass: false,
    stores: true,
    keepsHalves: true,
  };
  return (await checker.check(objects, claim, () => true)).kind;
}

it.each([
  // Spans of such jobs are no longer than this.
  ['holds', 'what comes of it', 500, ({ end }: Outcome) => end],
  ['lied', 'a state of zeros', 500, ({ end }: Outcome) => end.map(() => 0)],
  ['lied', 'the state that it began with', 500, ({ start }: Outcome) => start],
  ['holds', 'what comes of it', 4000, ({ end }: Outcome) => end],
  ['undecided', 'a wave half as loud again', 4000, ({ end }: Outcome) => end.map((value) => 1.5 * value)],
  ['lied', 'a wave three times as loud', 4000, ({ end }: Outcome) => end.map((value) => 3 * value)],
] as const)(
  'where waves are kept in f16 it says "%s" of %s after %i steps',
  async (kind, _, steps, shown) => {
    expect(await verdictOn(steps, shown)).toBe(kind);
  },
);
