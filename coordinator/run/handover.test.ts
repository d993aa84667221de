import { expect, test } from 'vitest';
import { boxOfShape } from '../../core/grid/box.js';
import type { Plan } from '../../core/protocol/plan.js';
import { waitingFor } from './handover.js';

const left = { lo: [0, 0, 0], hi: [8, 8, 8] } as const;
const right = { lo: [0, 0, 8], hi: [8, 8, 16] } as const;
const whole = boxOfShape([8, 8, 16]);

const handed: Plan = {
  id: 2,
  job: 'handover-1',
  from: 24,
  source: { kind: 'transfer', shards: [{ peer: 'anna', box: whole }] },
  exchangeEvery: 4,
  epoch: 8,
  shards: [
    { peer: 'anna', box: left },
    { peer: 'bert', box: right },
  ],
};
const bytesOfCell = 20;
const megabytes = (512 * bytesOfCell) / 1e6;
const nobody = { isReady: () => false, stepBefore: () => 16 };

test('who gets cells of another waits for it, and for the steps that it has to make first; who keeps its own, for nobody', () => {
  expect(waitingFor(handed, bytesOfCell, nobody)).toEqual({
    peers: 2,
    megabytes,
    largest: [{ peer: 'bert', from: 'anna', cells: '0,0,8 to 8,8,16', megabytes, stepsLeft: 8 }],
  });
});

test('a giver that has come as far as the plan begins has no step left to make, and neither has one of which nothing is known', () => {
  for (const step of [24, 32, undefined]) {
    const { largest } = waitingFor(handed, bytesOfCell, { isReady: () => false, stepBefore: () => step });
    expect(largest).toEqual([{ peer: 'bert', from: 'anna', cells: '0,0,8 to 8,8,16', megabytes }]);
  }
});

test('whoever has loaded waits for nothing', () => {
  const standing = { ...nobody, isReady: (peer: string) => peer === 'bert' };
  expect(waitingFor(handed, bytesOfCell, standing)).toEqual({ peers: 1, megabytes: 0, largest: [] });
});

test('what is not handed over comes from nobody', () => {
  const begun: Plan = { ...handed, source: { kind: 'initial' } };
  const { largest, megabytes: all } = waitingFor(begun, bytesOfCell, nobody);
  expect(largest.map(({ peer, from }) => [peer, from])).toEqual([
    ['anna', undefined],
    ['bert', undefined],
  ]);
  expect(all).toBeCloseTo(2 * megabytes);
});
