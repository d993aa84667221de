import { expect, test } from 'vitest';
import { EpochTally } from './epoch-tally.js';

const end = { plan: 1, step: 8, before: 4, cellUpdates: 100, probes: [], links: [] };

test('waiting is the time in which the engine has been asked for nothing', () => {
  let clock = 0;
  const tally = new EpochTally(() => clock);
  clock = 10;
  tally.granted();
  clock = 11;
  tally.began();
  expect(tally.isBusy).toBe(true);
  clock = 12;
  tally.began();
  clock = 15;
  tally.made();
  clock = 16;
  tally.made();
  clock = 18;
  tally.began();
  clock = 20;
  tally.made();
  expect(tally.isBusy).toBe(false);
  expect(tally.report(end)).toMatchObject([{ step: 8, waitSeconds: 3 }]);
  expect(tally.report(end)).toMatchObject([{ waitSeconds: 0 }]);
});

test('samples too many for one message go ahead as of the report before, and nothing else counts twice', () => {
  const tally = new EpochTally(() => 0);
  tally.computed(2);
  tally.sent(300, 'direct');
  tally.sent(20, 'relay');
  const part = (first: number) => [{ probe: 0, first, values: [[1]] }];
  const [ahead, last] = tally.report({ ...end, probes: [part(1), part(2)] });
  expect(ahead).toMatchObject({ step: 4, computeSeconds: 0, haloBytesDirect: 0, probes: part(1) });
  expect(last).toMatchObject({ step: 8, computeSeconds: 2, haloBytesDirect: 300, haloBytesRelayed: 20 });
  expect(last?.probes).toEqual(part(2));
});
