import { describe, expect, it } from 'vitest';
import { worthMoving } from './moving.js';
import { expectedOf, type Promised, TrackRecord } from './track-record.js';

const both = (secondsPerStep: number): Promised => ({
  peers: ['anna', 'bert'],
  exchangeEvery: 1,
  secondsPerStep,
});
const deeper = (secondsPerStep: number): Promised => ({ ...both(secondsPerStep), exchangeEvery: 4 });
const alone = (secondsPerStep: number): Promised => ({ peers: ['anna'], exchangeEvery: 1, secondsPerStep });

/** Looks every two seconds at a plan that takes so many times what the model says. */
function looked(plan: Promised, ...ratios: number[]): TrackRecord {
  const record = new TrackRecord();
  for (const [look, ratio] of ratios.entries()) record.took(plan, ratio * plan.secondsPerStep, 2 * look);
  return record;
}

const compare = (record: TrackRecord, present: Promised, other: Promised, at = 20) =>
  expectedOf(
    { plan: present, outcome: record.of(present, at) },
    { plan: other, outcome: record.of(other, at) },
  );

describe('the record of a plan', () => {
  it('is nothing until the third look, and then what it took of what the model says', () => {
    expect(looked(both(1), 1.4, 1.4).of(both(1), 4)).toBeUndefined();
    expect(looked(both(1), 1.4, 1.4, 1.4).of(both(1), 4)).toEqual({ ratio: 1.4, scatter: 0 });
  });

  it('is not moved by a look or two that are far off, and follows what lasts', () => {
    const ratioAfter = (...ratios: number[]) => looked(both(1), ...ratios).of(both(1), 20)?.ratio;
    expect(ratioAfter(1, 1.02, 0.98, 5, 1, 3)).toBeCloseTo(1.01, 1);
    expect(ratioAfter(1, 1, 1, 1, 2, 2, 2)).toBe(2);
  });

  it('goes with its peers and depth, whatever the model says of its shards by now', () => {
    const record = looked(both(1), 1.2, 1.2, 1.2);
    expect(record.of({ ...both(0.3), peers: ['bert', 'anna'] }, 20)?.ratio).toBeCloseTo(1.2);
    expect(record.of(deeper(1), 20)).toBeUndefined();
    expect(record.of(alone(1), 20)).toBeUndefined();
  });

  it('is forgotten when it is so old that the network may be another', () => {
    const record = looked(both(1), 1.2, 1.2, 1.2);
    expect(record.of(both(1), 500)).toBeDefined();
    expect(record.of(both(1), 700)).toBeUndefined();
  });
});

describe('another plan, held against the present one', () => {
  it('gains nothing by what the model is off for both', () => {
    const record = looked(both(1), 1.5, 1.5, 1.5);
    const { present, other } = compare(record, both(1), deeper(0.9));
    expect(other / present).toBeCloseTo(0.9);
  });

  it('has to beat what the present one takes, where that is less than the model says', () => {
    const record = looked(both(1), 0.8, 0.8, 0.8);
    const { present, other } = compare(record, both(1), deeper(0.9));
    expect(present).toBeCloseTo(0.8);
    expect(other).toBe(0.9);
  });

  it('does not share the blame for waits where it waits for nobody', () => {
    const record = looked(both(1), 3, 3, 3);
    expect(compare(record, both(1), alone(1.5))).toMatchObject({ present: 3, other: 1.5 });
  });

  it('is believed no further than the outcomes scatter', () => {
    const record = looked(both(1), 1, 1.4, 0.8, 1.2, 0.7);
    expect(compare(record, both(1), deeper(0.9)).scatter).toBeGreaterThan(0.2);
  });
});

describe('a run that is disappointed by a plan', () => {
  /** Seconds a step that two plans are said to take, and do; the other one is found after a few looks. */
  const said = { both: 1, deeper: 0.8 };
  const taken = { both: 1, deeper: 1.1 };

  it('goes back to what it had, and does not try again', () => {
    const record = new TrackRecord();
    const plans = { both: both(said.both), deeper: deeper(said.deeper) };
    let present: keyof typeof plans = 'both';
    const moves: string[] = [];
    for (let at = 0; at < 300; at += 2) {
      const isFound = at >= 10;
      record.took(plans[present], taken[present], at);
      const next: keyof typeof plans = present === 'both' ? 'deeper' : 'both';
      const { present: now, other, scatter } = compare(record, plans[present], plans[next], at);
      const change = { present: now, better: other, remainingSteps: 1e6, moving: 1, scatter };
      if (!isFound || !worthMoving(change)) continue;
      present = next;
      moves.push(next);
    }
    expect(moves).toEqual(['deeper', 'both']);
  });
});
