import { expect, test } from 'vitest';
import { LinkError } from '../errors.js';
import { Settled } from './settled.js';

test('who waits for a step goes on once the state is whole there, or beyond', async () => {
  const settled = new Settled();
  const seen: number[] = [];
  const waits = [4, 8].map((step) => settled.reached(step).then(() => seen.push(step)));
  settled.at(0);
  settled.at(4);
  await waits[0];
  expect(seen).toEqual([4]);
  settled.at(12);
  await waits[1];
  await settled.reached(10);
  expect(settled.step).toBe(12);
});

test('the end of a plan ends the waiting', async () => {
  const settled = new Settled();
  const waiting = settled.reached(4);
  settled.end();
  await expect(waiting).rejects.toThrow(LinkError);
  await expect(settled.reached(8)).rejects.toThrow(LinkError);
});
