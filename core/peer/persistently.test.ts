import { expect, test } from 'vitest';
import { StoreError, StoreUnavailableError } from '../errors.js';
import { persistently } from './persistently.js';

async function failing(times: number, error: Error, tries = 7) {
  const pauses: number[] = [];
  let calls = 0;
  const pause = async (milliseconds: number) => {
    pauses.push(milliseconds);
  };
  const outcome = await persistently(
    async (attempt) => {
      calls++;
      if (attempt <= times) throw error;
      return 'done';
    },
    { tries, pause },
  ).catch((thrown: Error) => thrown);
  return { outcome, calls, pauses };
}

test('a store that is unavailable for a while is asked until it answers', async () => {
  const { outcome, pauses } = await failing(6, new StoreUnavailableError('busy'));
  expect(outcome).toBe('done');
  expect(pauses).toHaveLength(6);
  for (const [i, pause] of pauses.entries()) expect(pause).toBeLessThan(200 * 2 ** i);
});

test('two who failed together do not come back together', async () => {
  const [one, two] = [
    await failing(6, new StoreUnavailableError('busy')),
    await failing(6, new StoreUnavailableError('busy')),
  ];
  expect(one.pauses).not.toEqual(two.pauses);
});

test('one that stays unavailable is given up, and one that refuses is not asked again', async () => {
  const busy = new StoreUnavailableError('busy');
  expect(await failing(9, busy)).toMatchObject({ outcome: busy, calls: 7 });
  const refusal = new StoreError('no');
  expect(await failing(9, refusal)).toMatchObject({ outcome: refusal, calls: 1 });
});
