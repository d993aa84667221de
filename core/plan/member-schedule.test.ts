import { describe, expect, it } from 'vitest';
import { MemberSchedule, slotsFor } from './member-schedule.js';

const member = (id: string, updates: number) => ({ id, updates });

describe('a schedule of members', () => {
  it('gives the largest first, and as many as a peer may hold', () => {
    const schedule = new MemberSchedule([member('small', 1), member('large', 9), member('middle', 5)]);
    schedule.join({ id: 'anna', rate: 1, slots: 2 }, 0);
    expect([0, 1, 2].map(() => schedule.next('anna', 0)?.id)).toEqual(['large', 'middle', undefined]);
    expect(schedule.left).toBe(3);
    schedule.done('large', 9);
    expect(schedule.next('anna', 9)?.id).toBe('small');
  });

  it('gives a slow peer a small one, and none where the others are done sooner without it', () => {
    const schedule = new MemberSchedule([member('large', 10), member('small', 1)]);
    schedule.join({ id: 'slow', rate: 0.1, slots: 1 }, 0);
    schedule.join({ id: 'fast', rate: 1, slots: 1 }, 0);
    expect(schedule.next('slow', 0)?.id).toBe('small');
    expect(schedule.next('fast', 0)?.id).toBe('large');
    const late = new MemberSchedule([member('one', 10)]);
    late.join({ id: 'slow', rate: 0.1, slots: 1 }, 0);
    late.join({ id: 'fast', rate: 1, slots: 1 }, 0);
    expect(late.next('slow', 0)).toBeUndefined();
  });

  it('gives what would be done last to a second peer, once nothing else is left, and takes the first result', () => {
    const schedule = new MemberSchedule([member('a', 10), member('b', 10)]);
    schedule.join({ id: 'slow', rate: 1, slots: 1 }, 0);
    schedule.join({ id: 'fast', rate: 1, slots: 1 }, 0);
    expect(schedule.next('slow', 0)?.id).toBe('b');
    expect(schedule.next('fast', 0)?.id).toBe('a');
    expect(schedule.next('fast', 5)).toBeUndefined();
    schedule.join({ id: 'new', rate: 100, slots: 1 }, 5);
    expect(schedule.next('new', 5)?.id).toBe('b');
    expect(schedule.done('b', 5.1)).toEqual(['slow', 'new']);
    expect(schedule.left).toBe(1);
  });

  it('lets what a lost peer held wait again', () => {
    const schedule = new MemberSchedule([member('a', 10)]);
    schedule.join({ id: 'anna', rate: 1, slots: 1 }, 0);
    schedule.next('anna', 0);
    schedule.lost('anna');
    schedule.join({ id: 'berta', rate: 1, slots: 1 }, 1);
    expect(schedule.next('berta', 1)?.id).toBe('a');
  });

  it('lets a peer hold what it finishes while it asks for more', () => {
    expect(slotsFor(1e8, member('a', 1e9), 0.1)).toBe(2);
    expect(slotsFor(1e10, member('a', 1e9), 0.25)).toBe(4);
    expect(slotsFor(1e15, member('a', 1e9), 0.25)).toBe(64);
    expect(slotsFor(1e8, member('a', 1e9), 0.1, 4)).toBe(5);
  });
});
