import { expect, test } from 'vitest';
import type { RoomView } from '../../core/protocol/replica.js';
import { rateWords, wordsFor } from './words.js';

test('a picture that stands still is not passed off as live', () => {
  expect(rateWords(29.43, 0.03)).toBe('29.4 frames a second.');
  expect(rateWords(0, 6.2)).toContain('No new picture for 6 s');
});

const roomWith = (state: 'running' | 'done', file: object = {}) => {
  const room = { job: { id: 'a', state, file } } as unknown as RoomView;
  return { kind: 'open', self: 'v', room, notice: '' } as const;
};

test('a picture that came live is no longer called live when the job has ended', () => {
  const seen = { kind: 'live', step: 8, paused: false } as const;
  expect(wordsFor(roomWith('running'), seen, 'all').title).toBe('Live');
  const { title, detail } = wordsFor(roomWith('done'), seen, 'all');
  expect(title).toBe('Last picture');
  expect(detail).toContain('The simulation is done.');
});

test('who asks for a volume of what is stored is told to choose a plane', () => {
  const nothing = { kind: 'nothing' } as const;
  const sweep = roomWith('running', { sweep: {} });
  expect(wordsFor(sweep, nothing, 'all').title).toContain('planes are seen: choose one');
  expect(wordsFor(sweep, nothing, 'z').title).toContain('Nothing of this simulation is stored');
  expect(wordsFor(roomWith('done'), nothing, 'all').detail).toContain('planes are seen: choose one');
});
