import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { checkJob } from '../../core/job/check.js';
import { SignedPlan } from '../trust/signed-plan.js';
import { SignedPlans } from '../trust/signed-plans.js';
import { Doubt, HEARD_WITHIN_MS } from './doubt.js';
import { Troubles } from './troubles.js';

const job = checkJob({
  name: 'doubted',
  model: 'wave',
  grid: { shape: [8, 8, 16], spacing: 1, brick: 8 },
  time: { steps: 800, courant: 0.5 },
  parameters: { speed: 1 },
});

let signed: SignedPlan;
let vetting: SignedPlans;
let troubles: Troubles;
let doubt: Doubt;
let decided: string[];

beforeEach(() => {
  vi.useFakeTimers();
  signed = new SignedPlan(job, {
    ...{ id: 1, job: 'doubted-1', from: 0, source: { kind: 'initial' }, exchangeEvery: 8, epoch: 8 },
    shards: [{ peer: 'anna', box: { lo: [0, 0, 0], hi: [8, 8, 16] } }],
  });
  vetting = new SignedPlans();
  vetting.add(signed);
  troubles = new Troubles();
  doubt = new Doubt();
  decided = [];
});
afterEach(() => {
  doubt.close();
  vi.useRealTimers();
});

const hold = (step: number, leastMs = HEARD_WITHIN_MS, what = 'decided') =>
  doubt.hold(step, leastMs, { vetting, troubles }, () => decided.push(what));

const signs = (step: number) => signed.hasCompared({ step, byShard: new Map(), shadows: new Map() });

/** So long, in which something moves each second. */
function busy(seconds: number): void {
  for (let second = 0; second < seconds; second++) {
    troubles.moved();
    vi.advanceTimersByTime(1000);
  }
}

test('where all is looked into already, others are still given time to say the same', () => {
  signs(64);
  hold(40);
  vi.advanceTimersByTime(HEARD_WITHIN_MS - 1001);
  expect(decided).toEqual([]);
  vi.advanceTimersByTime(2000);
  expect(decided).toEqual(['decided']);
});

test('what is not signed yet is waited for, as long as the run moves, and then for its check', () => {
  signs(16);
  hold(40);
  busy(60);
  expect(decided).toEqual([]);
  signed.beginsCheck('anna', 16, 48);
  signs(48);
  vi.advanceTimersByTime(60_000);
  expect(decided).toEqual([]);
  signed.endsCheck('anna', 48);
  vi.advanceTimersByTime(1000);
  expect(decided).toEqual(['decided']);
});

test('what nobody signs for, where nothing moves any more, is not waited for', () => {
  hold(40);
  busy(20);
  vi.advanceTimersByTime(8000);
  expect(decided).toEqual([]);
  vi.advanceTimersByTime(2000);
  expect(decided).toEqual(['decided']);
});

test('where an epoch takes longer than that, twice as long is waited for it', () => {
  troubles.begins(['anna', 'bert']);
  for (const peer of ['anna', 'bert']) {
    vi.advanceTimersByTime(15_000);
    troubles.reported(peer);
  }
  vi.advanceTimersByTime(12_000);
  hold(40);
  vi.advanceTimersByTime(47_000);
  expect(decided).toEqual([]);
  signs(48);
  vi.advanceTimersByTime(1000);
  expect(decided).toEqual(['decided']);
  decided = [];
  hold(56);
  vi.advanceTimersByTime(59_000);
  expect(decided).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(decided).toEqual(['decided']);
});

test('of how long the first epoch takes nothing is known: it is waited for from when the field is said to be infinite', () => {
  vi.advanceTimersByTime(60_000);
  troubles.begins(['anna', 'bert']);
  vi.advanceTimersByTime(20_000);
  hold(40);
  vi.advanceTimersByTime(9000);
  expect(decided).toEqual([]);
  troubles.reported('anna');
  vi.advanceTimersByTime(57_000);
  expect(decided).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(decided).toEqual(['decided']);
});

test('checks of what was computed after it are not waited for', () => {
  signs(64);
  signed.beginsCheck('anna', 48, 64);
  hold(40, 0);
  expect(decided).toEqual(['decided']);
});

test('however long it takes, it is decided after five minutes', () => {
  signed.beginsCheck('anna', 0, 16);
  hold(40);
  vi.advanceTimersByTime(299_000);
  expect(decided).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(decided).toEqual(['decided']);
});

test('only what is held last is decided, and nothing once it is closed', () => {
  signs(64);
  hold(40, HEARD_WITHIN_MS, 'first');
  hold(40, HEARD_WITHIN_MS, 'second');
  vi.advanceTimersByTime(60_000);
  expect(decided).toEqual(['second']);
  hold(40);
  doubt.close();
  vi.advanceTimersByTime(60_000);
  expect(decided).toEqual(['second']);
});
