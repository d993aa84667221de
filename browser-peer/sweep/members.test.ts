import { describe, expect, test } from 'vitest';
import type { SweepMembers } from '../../core/protocol/api.js';
import { memberSeen } from '../watch/member-choice.js';
import { memberAt } from './members.js';

const members: SweepMembers = {
  axes: [
    { name: 'edge', field: 'boundary', values: ['periodic', { y: 'periodic' }] },
    { name: 'speed', field: 'parameters.speed', values: [1, 0.1 + 0.2] },
  ],
  states: 'r-df',
  running: [{ member: 0, peers: ['anna'] }],
  failed: [{ member: 3, reason: 'diverged' }],
};

test('a member is told by its values, and by who has it or why it failed', () => {
  expect(memberAt(members, 0)).toMatchObject({
    state: 'running',
    peers: ['anna'],
    values: ['periodic', '1'],
  });
  expect(memberAt(members, 3)).toEqual({
    ...{ number: 3, places: [1, 1], state: 'failed', peers: [], reason: 'diverged' },
    values: ['{"y":"periodic"}', '0.3'],
  });
});

describe('the member that is seen', () => {
  test('is the one that is asked for, also where it has nothing to show yet', () => {
    expect(memberSeen(members, 1).number).toBe(1);
  });

  test('is otherwise one that is done, else one that is on its way', () => {
    expect(memberSeen(members, undefined).number).toBe(2);
    expect(memberSeen(members, 99).number).toBe(2);
    expect(memberSeen({ ...members, states: '-r--' }, undefined).number).toBe(1);
  });
});
