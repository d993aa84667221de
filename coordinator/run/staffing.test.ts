import { expect, test } from 'vitest';
import { checkJob } from '../../core/job/check.js';
import type { Plan } from '../../core/protocol/plan.js';
import { MOST_DRIFT_STEPS } from '../../core/trust/classes/drift.js';
import type { Member } from '../room/conductor.js';
import type { Assignment } from './assignment.js';
import { Course } from './course.js';
import { Crew } from './crew.js';
import { type Change, Staffing } from './staffing.js';
import { Troubles } from './troubles.js';

const job = checkJob({
  name: 'staffing',
  model: 'wave',
  grid: { shape: [64, 64, 64], spacing: 1, brick: 8 },
  time: { steps: 1_000_000, courant: 0.5 },
  parameters: { speed: 1 },
});

const member = (id: string, rate: number, owner = id): Member => ({
  id,
  name: id,
  kind: 'node',
  ability: { engine: 'wasm', device: 'test', rate, memory: 1e9 },
  owner,
  nonce: id,
  roundTrip: () => undefined,
  isAway: () => false,
  send: () => {},
  allow: () => {},
  dismiss: () => {},
});

let plans = 0;

/** An assignment as it is followed, once all peers have loaded. */
function followed({ shards, shadows, exchangeEvery, epoch }: Assignment): Course {
  const plan: Plan = {
    id: ++plans,
    job: 'staffing-1',
    from: 0,
    source: { kind: 'initial' },
    exchangeEvery,
    epoch,
    shards,
    ...(shadows && { shadows }),
  };
  const course = new Course(plan);
  for (const peer of course.holders) course.ready(peer);
  return course;
}

/** Looks at a plan, until it is to be changed, up to `most` times. */
function looks(staffing: Staffing, course: Course, measured: number, most: number): Change {
  let change = staffing.change(course, measured);
  for (let look = 1; look < most && change.kind === 'keep'; look++)
    change = staffing.change(course, measured);
  return change;
}

test('a plan that takes longer than the one before, whatever was predicted, is left for that, and not tried again', () => {
  const room = [member('anna', 1e7), member('bert', 1e7)];
  const staffing = new Staffing(job, new Crew(() => room), new Troubles());
  const start = staffing.start(1);
  if (start.kind !== 'go') throw new Error(start.reason);
  const before = start.assignment.stepSeconds;
  const two = followed(start.assignment);
  expect(looks(staffing, two, before, 3).kind).toBe('keep');

  room.push(member('carl', 4e7));
  const joined = staffing.change(two);
  if (joined.kind !== 'move') throw new Error('a fast peer that is used');
  expect(joined.assignment.stepSeconds).toBeLessThan(before / 2);
  const three = followed(joined.assignment);
  expect(looks(staffing, three, 2 * before, 2).kind).toBe('keep');
  const disappointed = staffing.change(three, 2 * before);
  if (disappointed.kind !== 'move') throw new Error('a return');
  expect(disappointed.assignment.shards).toEqual(start.assignment.shards);

  expect(looks(staffing, followed(disappointed.assignment), before, 10).kind).toBe('keep');
});

test.each([
  [['wasm', 'gpu'], 'move'],
  [['wasm', 'wasm'], 'keep'],
] as const)(
  'after ten thousand steps of the classes %j, a shard’s peer and its shadow are given the same state again: %s',
  (classes, expected) => {
    const room = [member('anna', 1e7), member('bert', 1e7)];
    const twice = checkJob({ ...job.file, trust: { replicas: 2 } });
    const staffing = new Staffing(twice, new Crew(() => room), new Troubles(), {
      classOf: (of) => classes[room.indexOf(of)],
      chanceOfCheck: () => 1,
      areShownBy: () => true,
      areComparable: () => true,
    });
    const start = staffing.start(1);
    if (start.kind !== 'go') throw new Error(start.reason);
    expect(start.assignment.shadows).toEqual([{ peer: 'bert', shard: 0 }]);
    const course = followed(start.assignment);
    const goTo = (step: number) => {
      while (course.until < step) {
        course.extend(twice.steps);
        for (const peer of course.holders) course.report(peer, course.until);
      }
    };
    goTo(MOST_DRIFT_STEPS / 2);
    expect(staffing.change(course).kind).toBe('keep');
    goTo(MOST_DRIFT_STEPS);
    const change = staffing.change(course);
    expect(change.kind).toBe(expected);
    if (change.kind !== 'move') return;
    expect(change.assignment.shards).toEqual(start.assignment.shards);
    expect(change.assignment.shadows).toEqual(start.assignment.shadows);
  },
);

test.each([
  [false, 1e9, 'move'],
  [true, 1e9, 'keep'],
  [false, 1000, 'keep'],
])(
  'a shard that can be shown (%s), with a shadow of its own owner, is given one of another owner that comes with %d bytes: %s',
  (areShown, memory, expected) => {
    const room = [member('anna', 1e7, 'ada'), member('bert', 1e7, 'ada')];
    const twice = checkJob({ ...job.file, trust: { replicas: 2 } });
    const staffing = new Staffing(twice, new Crew(() => room), new Troubles(), {
      classOf: () => 'wasm',
      chanceOfCheck: () => 1,
      areShownBy: () => areShown,
      areComparable: () => true,
    });
    const start = staffing.start(1);
    if (start.kind !== 'go') throw new Error(start.reason);
    expect(start.assignment.shadows).toEqual([{ peer: 'bert', shard: 0 }]);
    const carl = member('carl', 1e7);
    room.push({ ...carl, ability: { ...carl.ability, memory } });
    const change = staffing.change(followed(start.assignment));
    expect(change.kind).toBe(expected);
    if (change.kind !== 'move') return;
    expect(change.assignment.shards).toEqual(start.assignment.shards);
    expect(change.assignment.shadows).toEqual([{ peer: 'carl', shard: 0 }]);
    expect(staffing.change(followed(change.assignment)).kind).toBe('keep');
  },
);
