import { describe, expect, it } from 'vitest';
import { keepConnected, pauseBefore } from './reconnect.js';
import type { Socket } from './socket.js';

const socket: Socket = { listen: () => {}, send: () => {}, close: () => {} };

/** Runs one life after the other; gives the longest pause that each may have led to. */
async function pausesOf(lives: readonly ('again' | 'later' | 'never' | Error)[]): Promise<number[]> {
  const left = [...lives];
  const pauses: number[] = [];
  await keepConnected(
    {
      connect: async () => {
        if (left[0] instanceof Error) throw left.shift();
        return socket;
      },
      live: async () => left.shift() as 'again' | 'later' | 'never',
      pause: async (milliseconds) => {
        pauses.push(milliseconds);
      },
    },
    () => left.length === 0,
  );
  return pauses;
}

describe('Connecting again', () => {
  it('waits twice as long each time, up to half a minute, less a random part', () => {
    const longest = Array.from({ length: 9 }, (_, attempt) => pauseBefore(attempt, () => 0));
    expect(longest).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    expect(pauseBefore(3, () => 0.5)).toBe(3000);
    expect(pauseBefore(3, () => 1 - 2 ** -53)).toBeCloseTo(2000);
  });

  it('starts from the shortest pause after a life that worked, not after one that came to nothing', async () => {
    const down = new Error('down');
    const pauses = await pausesOf([down, down, 'later', down, 'again', down, 'never']);
    const longest = [500, 1000, 2000, 4000, 500, 1000];
    expect(pauses).toHaveLength(longest.length);
    for (const [index, pause] of pauses.entries()) {
      expect(pause).toBeLessThanOrEqual(longest[index] ?? 0);
      expect(pause).toBeGreaterThan((longest[index] ?? 0) / 2);
    }
  });

  it('ends with a life that says so, or when told to stop', async () => {
    expect(await pausesOf(['never', 'again', 'again'])).toEqual([]);
    expect(await pausesOf([new Error('down')])).toEqual([]);
  });

  it('says why it waits', async () => {
    const reasons: unknown[] = [];
    let tries = 0;
    await keepConnected(
      {
        connect: () => Promise.reject(new Error('nobody there')),
        live: async () => 'never',
        pausing: (_milliseconds, reason) => reasons.push(reason),
        pause: async () => {},
      },
      () => tries++ >= 2,
    );
    expect(reasons).toEqual([new Error('nobody there')]);
  });
});
