import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../shaders/engine.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import type { Box } from '../grid/box.js';
import { job, plan } from '../witness/two-halves.fixture.js';
import { Advancing } from './advancing.js';
import { EpochTally } from './epoch-tally.js';
import { Grants } from './grants.js';
import { LinkNews } from './link-news.js';
import { openShard } from './open-shard.js';
import { ProbeLog } from './probe-log.js';
import { Settled } from './settled.js';
import { Stepping } from './stepping.js';

let engine: Engine;
beforeAll(async () => {
  engine = await createWasmEngine();
});
afterAll(() => engine.close());

test('what neighbours need is sent, whether steps beyond are granted yet or not', async () => {
  const box = plan.shards[0]?.box as Box;
  const probes = new ProbeLog(job, box);
  const objects = { get: async () => undefined };
  const { shard, sources } = await openShard({ engine, objects, probes }, job, plan, box);
  const now = () => 0;
  const tally = new EpochTally(now);
  const grants = new Grants(0);
  const settled = new Settled();
  const [sent, asked]: [number[], number[]] = [[], []];
  const isOf = (step: number) => {
    if (!sent.includes(step)) sent.push(step);
  };
  const common = { plan, job, box, shard, probes, tally, now };
  const advancing = new Advancing({
    ...common,
    grants,
    settled,
    stepping: new Stepping({ ...common, sources, exchangeEvery: plan.exchangeEvery }),
    halos: {
      send: isOf,
      receive: async (step) => {
        asked.push(step);
        isOf(step);
        return { taken: Promise.resolve() };
      },
    },
    saving: { snapshot: async () => [], checkpoint: async () => {} },
    copying: { take: async () => {} },
    linkNews: new LinkNews(() => new Map()),
    onlookers: undefined,
    isShadow: () => false,
    send: () => {},
    onStep: () => {},
    onDiverged: () => {},
  });
  const running = advancing.run();
  grants.extend(plan.epoch);
  await settled.reached(plan.epoch);
  expect(asked).toEqual([0, 4]);
  expect(sent).toEqual([0, 4, 8]);
  grants.end();
  await expect(running).rejects.toThrow('the plan has ended');
});
