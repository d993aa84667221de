import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LINK_MISSED_PULSES, LINK_PULSE_MS } from '../protocol/limits.js';
import { Link } from './link.js';
import type { Transport } from './transport.js';

// Timers alone are played here; links over real channels are tested in peer-node and in the browser.
beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A channel whose messages arrive at once while `flows`, and never afterwards. */
class Wire implements Transport {
  readonly maxMessage = 16_384;
  readonly buffered = 0;
  flows = true;
  other: Wire | undefined;
  onMessage: (message: Uint8Array) => void = () => {};
  onClose: (reason: string) => void = () => {};

  send(message: Uint8Array): void {
    if (this.flows) this.other?.onMessage(message.slice());
  }

  async drained(): Promise<void> {}

  stats() {
    return { path: 'direct', bytesSent: 0, bytesReceived: 0 } as const;
  }

  close(): void {
    this.onClose('closed');
  }
}

function linked() {
  const [a, b] = [new Wire(), new Wire()];
  a.other = b;
  b.other = a;
  const ends: string[] = [];
  const link = (name: string, wire: Wire) =>
    new Link(wire, {
      onMessage: () => {},
      onClose: ({ how, reason }) => ends.push(`${name} ${how}: ${reason}`),
    });
  return { a, b, links: [link('a', a), link('b', b)], ends };
}

test('two ends that have nothing to say stay linked', async () => {
  const { links, ends } = linked();
  await vi.advanceTimersByTimeAsync(100 * LINK_PULSE_MS);
  expect(ends).toEqual([]);
  for (const link of links) link.close();
});

test('an end that hears nothing any more gives the link up', async () => {
  const { a, links, ends } = linked();
  a.flows = false;
  await vi.advanceTimersByTimeAsync(LINK_MISSED_PULSES * LINK_PULSE_MS);
  expect(ends).toEqual([]);
  await vi.advanceTimersByTimeAsync(LINK_PULSE_MS);
  expect(ends).toEqual(['b lost: nothing has come over the link for 25 s']);
  for (const link of links) link.close();
});

test('a closed link leaves no timer', () => {
  const { links } = linked();
  for (const link of links) link.close();
  expect(vi.getTimerCount()).toBe(0);
});
