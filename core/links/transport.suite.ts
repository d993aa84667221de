import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HIGH_WATER_BYTES, LINK_ATTEMPTS, LOW_WATER_BYTES } from '../protocol/limits.js';
import type { TransportEnd } from './end.suite.js';
import type { TransportStats } from './transport.js';

/** An end, wherever it lives. */
export type Driven = Pick<TransportEnd, keyof TransportEnd>;

export interface Pair {
  readonly initiator: Driven;
  readonly answerer: Driven;
}

/** Every implementation of Transport must pass this, with itself and with the others. `makePair` gives unopened ends. */
export function transportCompliance(
  name: string,
  makePair: () => Promise<Pair>,
  path: TransportStats['path'] = 'direct',
): void {
  /** An attempt may fail, so another is made, as Links does. */
  const open = async (tries = 1): Promise<Pair> => {
    const pair = await makePair();
    const answer = await pair.answerer.answer(await pair.initiator.offer());
    await pair.initiator.accept(answer);
    try {
      await Promise.all([pair.initiator.opened(), pair.answerer.opened()]);
      return pair;
    } catch (error) {
      if (tries === LINK_ATTEMPTS) throw error;
      return open(tries + 1);
    }
  };

  describe(`${name}: an open channel`, () => {
    let pair: Pair;
    const sent = { messages: 0, bytes: 0 };
    beforeAll(async () => {
      pair = await open();
    });
    afterAll(() => pair.initiator.close());

    /** Sends the same sizes both ways at once, and waits until they have come. */
    const exchange = async (sizes: readonly number[]) => {
      sent.messages += sizes.length;
      sent.bytes += sizes.reduce((sum, size) => sum + size, 0);
      const flows = await Promise.all([pair.initiator.send(sizes), pair.answerer.send(sizes)]);
      for (const end of [pair.initiator, pair.answerer]) {
        await expect
          .poll(() => end.received(), { timeout: 30_000 })
          .toEqual({ messages: sent.messages, bytes: sent.bytes, fault: null });
      }
      return flows;
    };

    test('keeps 1,000 messages of mixed sizes whole and in order, both ways at once', async () => {
      await exchange(Array.from({ length: 1000 }, (_, i) => 1 + ((i * 7919) % 1501)));
    });

    test('takes every size from one byte to its largest', async () => {
      const largest = await pair.initiator.maxMessage();
      await exchange([1, 2, 3, 1199, 1200, 1201, 4096, largest - 1, largest]);
    });

    test('refuses a message that is empty or longer than its largest, and goes on', async () => {
      expect(await pair.initiator.refusal((await pair.initiator.maxMessage()) + 1)).toBe('link');
      expect(await pair.answerer.refusal(0)).toBe('link');
      await exchange([10]);
    });

    test('shows a buffer that rises, stays bounded and drains', async () => {
      const largest = await pair.initiator.maxMessage();
      const flows = await exchange(Array.from({ length: 200 }, () => largest));
      for (const { peak, afterDrain } of flows) {
        expect(peak).toBeGreaterThan(HIGH_WATER_BYTES);
        expect(peak).toBeLessThanOrEqual(HIGH_WATER_BYTES + largest);
        expect(afterDrain).toBeLessThanOrEqual(LOW_WATER_BYTES);
      }
    });

    test('counts the bytes of both directions, and knows which way they went', async () => {
      const expected = { path, bytesSent: sent.bytes, bytesReceived: sent.bytes };
      expect(await pair.initiator.stats()).toEqual(expected);
      expect(await pair.answerer.stats()).toEqual(expected);
    });
  });

  describe(`${name}: a channel that ends`, () => {
    test.each(['initiator', 'answerer'] as const)(
      'tells both ends once when the %s closes it',
      async (closer) => {
        const pair = await open();
        await pair[closer].close();
        await pair[closer].close();
        for (const end of [pair.initiator, pair.answerer]) {
          await expect.poll(async () => (await end.closings()).length, { timeout: 5_000 }).toBe(1);
          expect(await end.refusal(1)).toBe('link');
          expect(await end.drained()).toBe('link');
          expect(await end.closings()).toHaveLength(1);
        }
      },
    );

    test('lets nobody wait for a buffer that will never drain', async () => {
      const pair = await open();
      expect(await pair.initiator.closeWhileFull()).toBe('link');
      await expect.poll(() => pair.answerer.closings(), { timeout: 5_000 }).toHaveLength(1);
    });

    test('is never opened once the attempt is abandoned', async () => {
      const pair = await makePair();
      const offer = await pair.initiator.offer();
      await pair.initiator.abandon();
      expect(await pair.initiator.notOpened()).toBe('link');
      // A relayed channel is open as soon as it has been answered.
      if (path === 'relay') return;
      await pair.answerer.answer(offer);
      await pair.answerer.abandon();
      expect(await pair.answerer.notOpened()).toBe('link');
    });
  });
}
