import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchStillness } from './stillness.js';

let page: EventTarget;
let told: number[];

beforeEach(() => {
  vi.useFakeTimers();
  page = new EventTarget();
  told = [];
  watchStillness(page, (seconds) => told.push(Math.round(seconds)));
});
afterEach(() => {
  vi.useRealTimers();
});

/** Time in which no timer of the page runs. */
const sleep = (seconds: number) => vi.setSystemTime(Date.now() + 1000 * seconds);

it('a page that nobody sees, and whose timers run once a minute, is not held still', () => {
  for (let minute = 0; minute < 5; minute++) {
    sleep(60);
    vi.advanceTimersByTime(5_000);
  }
  expect(told).toEqual([]);
});

it('a device that slept is told of once it is awake', () => {
  vi.advanceTimersByTime(30_000);
  sleep(600);
  vi.advanceTimersByTime(5_000);
  expect(told).toEqual([605]);
  vi.advanceTimersByTime(30_000);
  expect(told.length).toBe(1);
});

it('a browser that says that it froze the page is believed', () => {
  page.dispatchEvent(new Event('freeze'));
  sleep(20);
  page.dispatchEvent(new Event('resume'));
  expect(told).toEqual([20]);
});
