import { describe, expect, it } from 'vitest';
import { boxOfShape } from '../grid/box.js';
import { partition } from '../grid/partition.js';
import { fleetOf, waveWork } from './fleet.suite.js';
import { movingSeconds, worthMoving } from './moving.js';

const { grid } = waveWork(64, 8);
const whole = boxOfShape(grid.shape);
const halves = partition(grid, [1, 1]).map((box, peer) => ({ peer, box }));

describe('moving', () => {
  it('takes as long as the busiest uplink', () => {
    const fleet = fleetOf([{ up: 1e6 }, { down: 4e6 }]);
    expect(movingSeconds(fleet, [{ peer: 0, box: whole }], halves, 8)).toBeCloseTo(
      (64 ** 3 * 8) / 2 / 1e6,
      9,
    );
    expect(movingSeconds(fleet, halves, halves, 8)).toBe(0);
  });

  it('takes as long as the links say, and what leaves a peer over several of them shares a way', () => {
    const fleet = fleetOf([1, 1, 1, 1], { rate: 1e6 });
    const thirds = partition(grid, [1, 1, 1]).map((box, peer) => ({ peer: peer + 1, box }));
    const bytes = 64 ** 3 * 8;
    expect(
      movingSeconds(
        fleet,
        halves.slice(0, 1),
        halves.slice(0, 1).map(({ box }) => ({ peer: 1, box })),
        8,
      ),
    ).toBeCloseTo(bytes / 2 / 1e6);
    expect(movingSeconds(fleet, [{ peer: 0, box: whole }], thirds, 8)).toBeCloseTo(bytes / 1e6);
  });

  const change = { present: 1, better: 0.8, remainingSteps: 1000, moving: 10, scatter: 0 };

  it('pays where a step gets much quicker and many are left', () => {
    expect(worthMoving(change)).toBe(true);
    expect(worthMoving({ ...change, better: 0.96 })).toBe(false);
    expect(worthMoving({ ...change, remainingSteps: 100 })).toBe(false);
    expect(worthMoving({ ...change, moving: 100 })).toBe(false);
  });

  it('has to pay within ten minutes, however long the run', () => {
    const long = { ...change, better: 0.9, remainingSteps: 1e9 };
    expect(worthMoving({ ...long, moving: 15 })).toBe(true);
    expect(worthMoving({ ...long, moving: 25 })).toBe(false);
  });

  it('pays only where it promises more than measurements scatter, or half the time', () => {
    expect(worthMoving({ ...change, scatter: 0.1 })).toBe(true);
    expect(worthMoving({ ...change, scatter: 0.3 })).toBe(false);
    expect(worthMoving({ ...change, better: 0.45, scatter: 0.9 })).toBe(true);
  });

  it('never pays both ways', () => {
    for (const better of [0.5, 0.9, 0.96, 0.999, 1, 1.2]) {
      const back = { ...change, present: better, better: change.present };
      expect(worthMoving({ ...change, better }) && worthMoving(back)).toBe(false);
    }
  });
});
