import { expect, test } from 'vitest';
import type { Plan } from '../../core/protocol/plan.js';
import { Course } from './course.js';

const box = { lo: [0, 0, 0], hi: [1, 1, 1] } as const;
const plan: Plan = {
  id: 1,
  job: 'job',
  from: 100,
  source: { kind: 'transfer', shards: [{ peer: 'gone', box }] },
  exchangeEvery: 4,
  epoch: 8,
  shards: [
    { peer: 'anna', box },
    { peer: 'bert', box },
  ],
};

test('peers may run some epochs ahead of the slowest, and no more', () => {
  const course = new Course(plan);
  expect(course.extend(1000)).toBe(true);
  expect(course.until).toBe(124);
  course.report('anna', 124);
  expect(course.extend(1000)).toBe(false);
  course.report('bert', 108);
  expect(course.extend(1000)).toBe(true);
  expect(course.until).toBe(132);
});

test('more epochs are granted where the plan counts on them, unless a shadow keeps what was sent', () => {
  const until = (of: Plan, epochsAhead: number) => {
    const course = new Course(of, epochsAhead);
    course.extend(1000);
    return course.until;
  };
  expect(until(plan, 3)).toBe(124);
  expect(until(plan, 7)).toBe(100 + 7 * 8);
  expect(until({ ...plan, shadows: [{ peer: 'cleo', shard: 0 }] }, 10)).toBe(124);
});

test('nobody is granted steps beyond the end of the job', () => {
  const course = new Course(plan);
  course.extend(110);
  expect(course.until).toBe(110);
  expect(course.extend(110)).toBe(false);
});

test('a report of steps that were never granted does not count, nor one of a stranger', () => {
  const course = new Course(plan);
  course.extend(1000);
  course.report('anna', 900);
  course.report('mallory', 108);
  course.report('bert', 108);
  expect(course.slowest).toBe(100);
});

test('a former owner is needed until every new owner has loaded', () => {
  const course = new Course(plan);
  expect(course.needs('gone')).toBe(true);
  course.ready('anna');
  course.ready('bert');
  expect(course.allReady).toBe(true);
  expect(course.needs('gone')).toBe(false);
  expect(course.needs('anna')).toBe(true);
});
