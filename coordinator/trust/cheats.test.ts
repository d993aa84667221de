import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkJob } from '../../core/job/check.js';
import { cellOff, notFinite, skippedStep } from '../../core/trust/attacks.suite.js';
import { fusedEngine } from '../../core/trust/classes/fused-engine.suite.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import { type Cheat, castOf, cheatsAt, LIAR } from './cheats.suite.js';
import { Checker } from './checker.js';
import type { Parties } from './parties.js';
import {
  type Device,
  deviceOf,
  newcomer,
  PlayedRun,
  type Player,
  playedParties,
  type SignedMessage,
} from './played-run.suite.js';

const job = checkJob({
  name: 'cheats',
  model: 'medium',
  grid: { shape: [8, 8, 24], spacing: 1, brick: 8 },
  time: { steps: 1000, dt: 0.2 },
  media: { speed: { base: 2, regions: [{ shape: 'layer', axis: 'z', from: 0, to: 4, value: 2.4 }] } },
  boundary: { z: ['neumann', 'dirichlet'], y: 'periodic', x: 'dirichlet' },
  sources: {
    hum: {
      field: 'psi',
      at: { z: 4, y: 4, x: 12 },
      amplitude: 200,
      signal: { shape: 'tone-burst', frequency: 0.2, cycles: 100 },
    },
  },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 4 } },
  run: { exchangeEvery: 4 },
});
const boxes = [0, 8, 16].map((x) => ({ lo: [0, 0, x], hi: [8, 8, x + 8] }) as const);
const STEPS = 8;

let plain: Device;
let fused: Device;
let checker: Checker;
beforeAll(async () => {
  plain = await deviceOf(await createWasmEngine());
  fused = await deviceOf(fusedEngine());
  checker = new Checker(() => createWasmEngine());
});
afterAll(async () => {
  await checker.close();
  await plain.engine.close();
});

async function play(players: readonly Player[], parties?: Parties): Promise<PlayedRun> {
  const run = await PlayedRun.start(job, boxes, players, { checker, ...(parties && { parties }) });
  try {
    await run.span(STEPS);
    return run;
  } finally {
    await run.close();
  }
}

const isOfLiars = ({ liars }: Cheat, { found: [first] }: PlayedRun) =>
  first !== undefined &&
  [first.shard, first.other].some((shard) => shard !== undefined && liars.includes(shard));

describe('whoever cheats in its first span is found by its end', () => {
  const cheats = cheatsAt([3, 5, 11]);

  it.each(cheats)('$name', async (cheat) => {
    const run = await play(await castOf(cheat, plain));
    expect(run.found[0]).toMatchObject({ kind: expect.stringMatching(/found out|doubtful|refused/) });
    expect(isOfLiars(cheat, run)).toBe(true);
  });

  // What is within the rounding of other classes is let pass: one cell off by 1e-4 of the peak is.
  it.each(cheats.filter(({ name }) => name !== 'one cell off by 0.0001 of the peak'))(
    '$name, by one that claims another numerical class',
    async (cheat) => {
      expect(isOfLiars(cheat, await play(await castOf(cheat, plain, 'another class')))).toBe(true);
    },
  );
});

it('honest peers of two classes, side by side, are not found to be anything', async () => {
  const run = await PlayedRun.start(
    job,
    boxes,
    await Promise.all([plain, fused, plain].map((device) => newcomer(device))),
    { checker },
  );
  for (let span = 0; span < 6; span++) await run.span(STEPS);
  await run.close();
  expect(run.found).toEqual([]);
  expect(run.checks).toBe(18);
});

it('a statement of another peer is refused of whoever brings it', async () => {
  let hear: (message: SignedMessage) => void = () => {};
  // Whoever signs first: it waits for what it steals.
  const neighbours = new Promise<SignedMessage>((resolve) => {
    hear = resolve;
  });
  const says = async (message: SignedMessage) => {
    hear(message);
    return message;
  };
  const victim = await newcomer(plain, { deceit: { says } });
  const thief = await newcomer(plain, { deceit: { says: () => neighbours } });
  const run = await play([victim, thief, await newcomer(plain)]);
  expect(run.found[0]).toEqual({
    kind: 'refused',
    shard: LIAR,
    why: expect.stringContaining('its own shard'),
  });
});

it('what is not finite is blamed on whoever made it, not on a neighbour of another class whom it reached', async () => {
  const engine = notFinite([3, 5, 8]).on(plain.engine);
  const liar = await newcomer({ engine, numericalClass: 'another class' });
  const run = await play([await newcomer(fused), liar, await newcomer(fused)]);
  expect(run.found.map(({ shard }) => shard)).toEqual([LIAR]);
});

it('of fifty new keys of one owner each is found in its first span, and kept out', async () => {
  const parties = playedParties();
  const lazy = { ...plain, engine: skippedStep.on(plain.engine) };
  const honest = await Promise.all([newcomer(plain), newcomer(plain)]);
  for (let key = 0; key < 50; key++) {
    const sybil = await newcomer(lazy, { owner: 'one' });
    const cast = [honest[0] as Player, sybil, honest[1] as Player];
    expect((await play(cast, parties)).found).toMatchObject([{ kind: 'found out', shard: LIAR }]);
    await expect(play(cast, parties)).rejects.toThrow(/found out/);
  }
});

it('an error that each check lets pass is a small one', async () => {
  const run = await play([
    await newcomer(plain),
    await newcomer({ engine: cellOff([3, 5, 11], 1e-6).on(plain.engine), numericalClass: 'another class' }),
    await newcomer(plain),
  ]);
  expect(run.found).toEqual([]);
});
