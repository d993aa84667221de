import { expect, test } from 'vitest';
import { Grants } from './grants.js';

test('a shard waits until steps beyond its own are granted', async () => {
  const grants = new Grants(10);
  let granted = false;
  const waiting = grants.beyond(10).then(() => {
    granted = true;
  });
  grants.extend(10);
  await Promise.resolve();
  expect(granted).toBe(false);
  grants.extend(20);
  await waiting;
  expect(grants.until).toBe(20);
});

test('grants never shrink', () => {
  const grants = new Grants(0);
  grants.extend(20);
  grants.extend(10, { checkpoint: { step: 10, name: '10-1-1' } });
  expect(grants.until).toBe(20);
  expect(grants.checkpointAt(10)?.name).toBe('10-1-1');
  expect(grants.checkpointAt(20)).toBeUndefined();
});

test('the end of a plan ends the waiting', async () => {
  const grants = new Grants(0);
  const waiting = grants.beyond(0);
  grants.end();
  await expect(waiting).rejects.toThrow('ended');
});
