import { describe, expect, it } from 'vitest';
import { RunLog } from './run-log.js';

const numbers = (log: RunLog, after: number, job?: string, limit = 100) =>
  log.read({ after, job, limit }).events.map(({ number }) => number);

describe('the log of a room', () => {
  it('tells what came after the event that a reader knows, of one job or of all', () => {
    const log = new RunLog();
    log.add('plan', { job: 'a-1', shards: 2 });
    log.add('joined', { name: 'one' });
    log.add('plan', { job: 'b-1', shards: 1 });
    expect(numbers(log, 0)).toEqual([1, 2, 3]);
    expect(numbers(log, 1)).toEqual([2, 3]);
    expect(log.read({ after: 0, job: 'b-1', limit: 9 })).toEqual({
      events: [{ number: 3, at: expect.any(String), event: 'plan', job: 'b-1', details: { shards: 1 } }],
      last: 3,
    });
  });

  it('has what befell the members of a sweep with the sweep', () => {
    const log = new RunLog();
    log.add('member-checked', { sweep: 'pond-1', member: 3, verdict: 'holds' });
    expect(log.read({ after: 0, job: 'pond-1', limit: 9 }).events).toMatchObject([
      { job: 'pond-1', details: { member: 3, verdict: 'holds' } },
    ]);
  });

  it('is read to its end in parts, whatever the reader looks for', () => {
    const log = new RunLog();
    for (let i = 0; i < 10; i++) log.add('sealed', { job: i % 2 === 0 ? 'even-1' : 'odd-1', step: i });
    const steps: unknown[] = [];
    for (let after = 0, more = true; more; ) {
      const { events, last } = log.read({ after, job: 'even-1', limit: 2 });
      steps.push(...events.map(({ details }) => details.step));
      more = last > after;
      after = last;
    }
    expect(steps).toEqual([0, 2, 4, 6, 8]);
  });

  it('forgets the oldest, and keeps its count', () => {
    const log = new RunLog();
    for (let i = 0; i < 5000; i++) log.add('sealed', { step: i });
    const kept = numbers(log, 0, undefined, 5000);
    expect(kept.length).toBeLessThan(5000);
    expect(kept.at(-1)).toBe(5000);
  });
});
