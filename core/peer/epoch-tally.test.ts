import { expect, test } from 'vitest';
import { EpochTally } from './epoch-tally.js';

const end = { plan: 1, step: 8, before: 4, cellUpdates: 100, probes: [], links: [] };

test('waiting is the time in which halos are to come and the engine has nothing else to do', () => {
  let clock = 10;
  const tally = new EpochTally(() => clock);
  tally.awaitsHalos();
  clock = 11;
  tally.hasHalos();
  tally.began();
  expect(tally.isBusy).toBe(true);
  clock = 12;
  tally.awaitsHalos();
  clock = 15;
  tally.made();
  expect(tally.isBusy).toBe(false);
  clock = 17;
  tally.hasHalos();
  expect(tally.report(end)).toMatchObject([{ step: 8, waitSeconds: 3 }]);
  expect(tally.report(end)).toMatchObject([{ waitSeconds: 0 }]);
});

test('a peer that reads its state, or has to be granted steps, does not wait for halos', () => {
  let clock = 100;
  const tally = new EpochTally(() => clock);
  tally.awaitsHalos();
  tally.hasHalos();
  tally.began();
  clock = 104;
  tally.computed(3.5);
  tally.made();
  clock = 110;
  tally.awaitsHalos();
  tally.hasHalos();
  expect(tally.report(end)).toMatchObject([{ computeSeconds: 3.5, waitSeconds: 0, otherSeconds: 6.5 }]);
});

test('steps that are made after a report and were asked for before it leave no time over', () => {
  let clock = 0;
  const tally = new EpochTally(() => clock);
  tally.awaitsHalos();
  clock = 4;
  tally.computed(5);
  expect(tally.report(end)).toMatchObject([{ otherSeconds: 0 }]);
  clock = 10;
  tally.computed(5);
  expect(tally.report(end)).toMatchObject([{ otherSeconds: 0 }]);
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
