import { describe, expect, test } from 'vitest';
import { ProtocolError } from '../errors.js';
import { MAX_LOOK_CREDIT, MAX_LOOKERS } from '../protocol/limits.js';
import { Audience } from './audience.js';
import { Budget } from './budget.js';
import type { LookMessage } from './messages.js';

const look = (change: Partial<LookMessage> = {}): LookMessage => ({
  type: 'look',
  view: 1,
  state: 0,
  viewed: { axis: 'z', at: 0, stride: 1 },
  every: 10,
  credit: 2,
  ...change,
});

const due = (audience: Audience, before: number, step: number) =>
  audience.due(before, step).map(({ viewer }) => viewer);

describe('an audience', () => {
  test('is shown the first step at or after each multiple of its pace', () => {
    const audience = new Audience();
    audience.heard('aaaa', look());
    expect(due(audience, 0, 8)).toEqual([]);
    expect(due(audience, 8, 12)).toEqual(['aaaa']);
    expect(due(audience, 12, 16)).toEqual([]);
    expect(due(audience, 16, 20)).toEqual(['aaaa']);
  });

  test('gets no more than it has asked for, and asks anew with another view', () => {
    const audience = new Audience();
    audience.heard('aaaa', look({ credit: 1 }));
    for (const looker of audience.due(0, 10)) looker.credit -= 1;
    expect(due(audience, 10, 20)).toEqual([]);
    for (let i = 0; i < 9; i++) audience.heard('aaaa', look({ credit: MAX_LOOK_CREDIT }));
    expect(audience.due(10, 20)[0]?.credit).toBe(MAX_LOOK_CREDIT);
    audience.heard('aaaa', look({ view: 2, credit: 1 }));
    expect(audience.due(10, 20)[0]?.credit).toBe(1);
  });

  test('is no larger than one place serves; who has left makes room', () => {
    const audience = new Audience();
    for (let i = 0; i < MAX_LOOKERS; i++) audience.heard(`aaa${i}`, look());
    expect(() => audience.heard('zzzz', look())).toThrow(ProtocolError);
    audience.keepOnly(new Set(['aaa1', 'aaa2']));
    audience.heard('zzzz', look());
    expect(due(audience, 0, 10)).toEqual(['aaa1', 'aaa2', 'zzzz']);
  });
});

test('a budget is a share of the time, and what is overdrawn is earned first', () => {
  let now = 0;
  const budget = new Budget(0.01, () => now);
  let spent = 0;
  for (; now < 100; now += 0.01) {
    if (!budget.isLeft) continue;
    budget.spend(0.05);
    spent += 0.05;
  }
  expect(spent).toBeGreaterThan(0.9);
  expect(spent).toBeLessThan(1.1);
});
