import { expect, test } from 'vitest';
import { TakenOverError } from '../../core/errors.js';
import { checkJob } from '../../core/job/check.js';
import { Authority } from '../room/authority.js';
import { Life } from './life.js';
import type { End } from './run-tools.js';

const job = checkJob({
  name: 'life',
  model: 'wave',
  grid: { shape: [16, 16, 16], spacing: 1, brick: 8 },
  time: { steps: 8, courant: 0.5 },
  parameters: { speed: 1 },
  outputs: { end: { fields: ['psi'], every: 'end' } },
});

/** A life, and what it brought about, in order. */
function begin() {
  const told: string[] = [];
  const recorded: End[] = [];
  const life = new Life<{ readonly kind: 'running' }>(
    'life-1',
    job,
    {
      document: new Authority(),
      log: (_, details) => told.push((details as { state: string }).state),
      onChange: () => {},
      recordEnd: async (end) => void recorded.push(end),
    },
    {
      hindrance: () => 'waits for the store',
      look: () => {},
      recordSoFar: () => told.push('records'),
      left: (before) => told.push(`left ${before.kind}`),
    },
  );
  return { life, told, recorded };
}

test('a run that ends records what is done, leaves, and records its end, once', async () => {
  const { life, told, recorded } = begin();
  life.enter({ kind: 'running' });
  life.end({ state: 'stopped', reason: 'on request' });
  life.end({ state: 'failed', reason: 'too late' });
  await life.settled();
  expect(told).toEqual(['running', 'records', 'stopped', 'left running']);
  expect(recorded).toEqual([{ state: 'stopped', reason: 'on request' }]);
});

test('a run that is suspended, or taken over by another coordinator, may go on: nothing says that it has ended', async () => {
  const suspended = begin();
  suspended.life.suspend('the coordinator is closing');
  const takenOver = begin();
  takenOver.life.keep(Promise.reject(new TakenOverError('life-1')));
  for (const { life, recorded } of [suspended, takenOver]) {
    await life.settled();
    expect(life.state).toBe('stopped');
    expect(recorded).toEqual([]);
  }
  expect(takenOver.told).not.toContain('records');
});

test('a run fails of what it owns', async () => {
  const { life, recorded } = begin();
  life.keep(Promise.reject(new Error('the disk is full')));
  await life.settled();
  expect(recorded).toEqual([{ state: 'failed', reason: 'the disk is full' }]);
});

test('a run that goes back says so when it is known how it goes on', () => {
  const { life, told } = begin();
  life.enter({ kind: 'running' });
  expect(life.reason).toBe('waits for the store');
  life.reopen('anna is gone');
  expect(life.state).toBe('waiting');
  expect(life.reason).toBe('anna is gone');
  life.enter({ kind: 'running' });
  expect(told).toEqual(['running']);
  life.suspend('over');
});
