import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LINK_MISSED_PULSES, LINK_PULSE_MS } from '../protocol/limits.js';
import { Line } from './line.js';
import { Wire } from './wire.fixture.js';

// Timers alone are played here; links over real channels are tested in peer-node and in the browser.
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function opened() {
  const wires = Wire.pair('at once');
  const ends: string[] = [];
  const lines = wires.map((wire, i) => {
    const name = 'ab'[i];
    const line = new Line(wire);
    line.handTo({
      received: () => 0,
      onMessage: () => {},
      onEnd: ({ how, reason }) => ends.push(`${name} ${how}: ${reason}`),
    });
    return line;
  });
  return { wires, lines, ends };
}

test('two ends that have nothing to say stay linked', async () => {
  const { lines, ends } = opened();
  await vi.advanceTimersByTimeAsync(100 * LINK_PULSE_MS);
  expect(ends).toEqual([]);
  for (const line of lines) line.close();
});

test('an end that hears nothing any more gives the channel up', async () => {
  const { wires, lines, ends } = opened();
  wires[0].flows = false;
  await vi.advanceTimersByTimeAsync(LINK_MISSED_PULSES * LINK_PULSE_MS);
  expect(ends).toEqual([]);
  await vi.advanceTimersByTimeAsync(LINK_PULSE_MS);
  expect(ends).toEqual(['b broken: nothing has come over the link for 8 s']);
  for (const line of lines) line.close();
});

test('bytes that are no frame end it for good', () => {
  const { wires, lines, ends } = opened();
  wires[0].send(new Uint8Array(100).fill(255));
  expect(ends).toEqual([expect.stringMatching(/^b misused: .*version 255/)]);
  for (const line of lines) line.close();
});

test('a closed one leaves no timer', () => {
  const { lines } = opened();
  for (const line of lines) line.close();
  expect(vi.getTimerCount()).toBe(0);
});
