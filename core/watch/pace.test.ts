import { describe, expect, test } from 'vitest';
import { Pace } from './pace.js';

/** `seconds` of frames at `speed` steps a second, each `gap` times as many steps after the one before as the pace asks for. */
function follow(pace: Pace, clock: { now: number; step: number }, speed: number, seconds: number, gap = 1) {
  for (const end = clock.now + seconds; clock.now < end; ) {
    const steps = Math.ceil(pace.every * gap);
    clock.step += steps;
    clock.now += steps / speed;
    pace.came(clock.step, 1);
  }
}

describe('the pace of a view', () => {
  test('comes near as many frames a second as are wanted, and to no more, however quick the run', () => {
    for (const speed of [50, 3_000, 400_000]) {
      const clock = { now: 0, step: 0 };
      const pace = new Pace(20, 16, () => clock.now);
      follow(pace, clock, speed, 20);
      expect(speed / pace.every).toBeLessThanOrEqual(20.01);
      // Of 2.5 steps a frame, three are taken.
      expect(speed / pace.every).toBeGreaterThan(16);
    }
  });

  test('is not misled by frames that come all at once', () => {
    const clock = { now: 0, step: 0 };
    const pace = new Pace(20, 16, () => clock.now);
    for (let step = 16; step <= 160; step += 16) pace.came(step, 4);
    expect(pace.every).toBe(16);
  });

  test('slackens while frames go missing, and recovers', () => {
    const clock = { now: 0, step: 0 };
    const pace = new Pace(20, 16, () => clock.now);
    follow(pace, clock, 3_000, 20);
    const usual = pace.every;
    follow(pace, clock, 3_000, 4, 2);
    expect(pace.every).toBeGreaterThan(3 * usual);
    follow(pace, clock, 3_000, 60);
    expect(pace.every / usual).toBeCloseTo(1, 1);
  });

  test('bears a frame that is lost now and then', () => {
    const clock = { now: 0, step: 0 };
    const pace = new Pace(20, 16, () => clock.now);
    follow(pace, clock, 3_000, 20);
    const usual = pace.every;
    for (let times = 0; times < 20; times++) {
      follow(pace, clock, 3_000, 0.45);
      follow(pace, clock, 3_000, 0.05, 2);
    }
    expect(pace.every / usual).toBeCloseTo(1, 1);
  });

  test('takes no frame for lost that was on its way when the pace quickened', () => {
    const clock = { now: 0, step: 0 };
    const pace = new Pace(20, 600, () => clock.now);
    follow(pace, clock, 3_000, 2);
    expect(pace.every).toBeLessThanOrEqual(156);
  });

  test('slackens where no frame is whole', () => {
    const pace = new Pace(20, 16, () => 0);
    expect(pace.starved()).toBe(true);
    expect(pace.every).toBe(24);
  });
});
