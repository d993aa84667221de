import { describe, expect, test } from 'vitest';
import type { MemberFacts } from '../../core/job/whole-sweep.js';
import { type DeskPeer, MemberDesk } from './member-desk.js';

const facts = (updates: number, index: number): MemberFacts => ({
  places: [index],
  steps: 100,
  dt: 1,
  spacing: 1,
  updates,
  bytes: { wasm: updates, webgpu: updates },
  outputs: [],
  probes: [],
});
const desk = (count: number, updates = 1e6) =>
  new MemberDesk(
    Array.from({ length: count }, (_, i) => facts(updates, i)),
    { done: [], failed: [] },
  );
const peer = (id: string, rate: number, roundTrip = 0.02): DeskPeer => ({
  id,
  engine: 'wasm',
  rate,
  memory: 1e9,
  roundTrip: () => roundTrip,
});

/** A device in virtual time. It claims another rate than it has, and each member costs it something besides. */
interface Device extends DeskPeer {
  readonly truly: number;
  readonly overhead: number;
}

/** Seconds until all is done, messages, and members computed more than once. Messages take half a round trip. */
function simulate(members: MemberDesk, devices: readonly Device[]) {
  const events: { readonly at: number; readonly happen: () => void }[] = [];
  let now = 0;
  const plan = (at: number, happen: () => void) => events.push({ at, happen });
  const free = new Map(devices.map(({ id }) => [id, 0]));
  let [messages, again] = [0, 0];
  const offer = (device: Device) => {
    const given = members.next(device.id, now);
    if (given.length > 0) messages += 1;
    for (const member of given) {
      const begun = Math.max(now + device.roundTrip() / 2, free.get(device.id) ?? 0);
      const done = begun + 1e6 / device.truly + device.overhead;
      free.set(device.id, done);
      plan(done + device.roundTrip() / 2, () => {
        if (members.finished(member, device.id, now) === undefined) again += 1;
        for (const other of devices) offer(other);
      });
    }
  };
  for (const device of devices) members.join(device, 0);
  for (const device of devices) offer(device);
  while (members.left > 0) {
    events.sort((a, b) => b.at - a.at);
    const next = events.pop();
    if (!next) throw new Error('members are left, and nobody computes them');
    now = next.at;
    next.happen();
  }
  return { seconds: now, messages, again };
}

describe('1,000 small members', () => {
  test.each([
    ['on peers whose speeds are 1 : 2 : 4 : 8', [1e8, 2e8, 4e8, 8e8], 1],
    ['on peers that claim to be alike, and are not', [1e8, 2e8, 4e8, 8e8], undefined],
    ['on a peer a hundred times slower than the others', [5e6, 5e8, 5e8], 1],
  ])('%s keep all of them busy to the end', (_, rates, truth) => {
    const devices = rates.map((truly, i): Device => {
      const claimed = truth === undefined ? 3e8 : truly;
      return { ...peer(`p${i}`, claimed, 0.005 + 0.02 * i), truly, overhead: 0.002 };
    });
    const { seconds, messages, again } = simulate(desk(1000), devices);
    const ideal = 1000 / devices.reduce((sum, { truly, overhead }) => sum + 1 / (1e6 / truly + overhead), 0);
    expect(seconds / ideal).toBeLessThan(1.05);
    // In batches; and only at the end is anything computed twice.
    expect(messages).toBeLessThan(600);
    expect(again).toBeLessThan(40);
  });
});

describe('a member that fails', () => {
  test('is tried elsewhere, and given up after three failures', () => {
    const members = desk(1);
    for (const id of ['a', 'b', 'c']) {
      members.join(peer(id, 1e8), 0);
      expect(members.next(id, 0)).toEqual([0]);
      expect(members.left).toBe(1);
      members.failedAt({ member: 0, reason: `not on ${id}` }, { peer: id, final: false, now: 1 });
    }
    expect(members.left).toBe(0);
    expect(members.failed).toEqual([{ member: 0, reason: 'not on c' }]);
  });

  test('is given up at once where it would fail anywhere', () => {
    const members = desk(1);
    members.join(peer('a', 1e8), 0);
    members.next('a', 0);
    members.failedAt({ member: 0, reason: 'diverged' }, { peer: 'a', final: true, now: 1 });
    expect(members.left).toBe(0);
  });

  test('is none of the business of a peer that was not given it', () => {
    const members = desk(1);
    members.join(peer('a', 1e8), 0);
    members.join(peer('mallory', 1e8), 0);
    members.next('a', 0);
    for (const final of [true, false, false, false])
      members.failedAt({ member: 0, reason: 'diverged' }, { peer: 'mallory', final, now: 1 });
    expect([members.left, members.running]).toEqual([1, 1]);
  });

  test('and another, and a third, are too many in a row; what is held by whom is left out waits for others', () => {
    const members = desk(20);
    members.join(peer('a', 1e8), 0);
    const held = members.next('a', 0);
    expect(held.length).toBeGreaterThan(3);
    for (const member of held.slice(0, 3)) {
      expect(members.keepsFailing('a')).toBe(false);
      members.failedAt({ member, reason: 'no device' }, { peer: 'a', final: false, now: 1 });
    }
    expect(members.keepsFailing('a')).toBe(true);
    expect(members.leaveOut('a')).toEqual(held.slice(3));
    expect(members.isLeftOut('a')).toBe(true);
    expect(members.next('a', 1)).toEqual([]);
    expect([members.left, members.running]).toEqual([20, 0]);
  });
});

test('one that is left out is not reckoned with, however quick it claims to be', () => {
  const members = desk(1);
  members.join(peer('quick', 1e12), 0);
  members.join(peer('slow', 1e5), 0);
  members.next('quick', 0);
  members.leaveOut('quick');
  expect(members.next('slow', 1)).toEqual([0]);
});

test('a lost peer costs what it held; a result that comes twice counts once', () => {
  const members = desk(3);
  members.join(peer('a', 1e8), 0);
  expect(members.next('a', 0)).toHaveLength(3);
  members.lost('a');
  members.join(peer('b', 1e8), 1);
  expect(members.next('b', 1)).toHaveLength(3);
  expect(members.finished(0, 'b', 2)).toEqual([]);
  expect(members.finished(0, 'b', 2)).toBeUndefined();
  expect([...members.done]).toEqual([0]);
});

test('a peer without the memory for a member is not given it', () => {
  const members = desk(1, 2e9);
  members.join(peer('a', 1e8), 0);
  expect(members.next('a', 0)).toEqual([]);
  expect([members.left, members.running]).toEqual([1, 0]);
});

test('a contested member is for nobody until it is settled, and nobody is missing who could hold it', () => {
  const members = desk(1);
  members.join(peer('a', 1e8), 0);
  members.next('a', 0);
  expect(members.contradicted(0)).toEqual(['a']);
  expect([members.left, members.waitsForRulings, members.unheld]).toEqual([1, true, undefined]);
  expect(members.next('a', 1)).toEqual([]);
  members.settled(0);
  expect(members.waitsForRulings).toBe(false);
  expect(members.next('a', 1)).toEqual([0]);
});
