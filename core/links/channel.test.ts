import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { HIGH_WATER_BYTES, LOW_WATER_BYTES } from '../protocol/limits.js';
import { type Channel, ChannelTransport } from './channel.js';

// What real channels do only now and then, made to happen. transport.suite.ts holds the real ones.

/** A channel that takes bytes and hands on none until told to. */
class StillChannel implements Channel {
  held = 0;
  ends = 0;

  buffered(): number {
    return this.held;
  }

  send(message: Uint8Array): void {
    this.held += message.byteLength;
  }

  path() {
    return 'direct' as const;
  }

  end(): void {
    this.ends++;
  }
}

let channel: StillChannel;
let transport: ChannelTransport;
beforeEach(() => {
  channel = new StillChannel();
  transport = new ChannelTransport(channel);
});

test('messages that come before anybody listens are kept, in order', () => {
  transport.received(Uint8Array.of(1));
  transport.received(Uint8Array.of(2));
  const heard: number[] = [];
  transport.onMessage = ([first]) => heard.push(first ?? -1);
  transport.received(Uint8Array.of(3));
  expect(heard).toEqual([1, 2, 3]);
});

test('an end is told once and ends the channel once, however often it is reported', () => {
  const reasons: string[] = [];
  transport.onClose = (reason) => reasons.push(reason);
  transport.ended('the line broke');
  transport.ended('closed');
  transport.close();
  expect(reasons).toEqual(['the line broke']);
  expect(channel.ends).toBe(1);
});

test('a channel that refuses a message is a LinkError', () => {
  vi.spyOn(channel, 'send').mockImplementation(() => {
    throw new DOMException('The channel is closing.', 'InvalidStateError');
  });
  expect(() => transport.send(Uint8Array.of(1))).toThrow(expect.objectContaining({ code: 'link' }));
});

describe('waiting for the buffer to drain', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const wait = () => {
    channel.held = HIGH_WATER_BYTES;
    const drained = vi.fn();
    transport.drained().then(drained, drained);
    return drained;
  };

  test('ends with the low-water event, and leaves no timer', async () => {
    const drained = wait();
    transport.low();
    await Promise.resolve();
    expect(drained).not.toHaveBeenCalled();
    channel.held = LOW_WATER_BYTES;
    transport.low();
    await Promise.resolve();
    expect(drained).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('ends soon even where the event got lost', async () => {
    const drained = wait();
    await vi.advanceTimersByTimeAsync(100);
    expect(drained).not.toHaveBeenCalled();
    channel.held = 0;
    await vi.advanceTimersByTimeAsync(20);
    expect(drained).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('ends with the channel, and leaves no timer', async () => {
    const drained = wait();
    transport.ended('the line broke');
    await vi.waitFor(() => expect(drained).toHaveBeenCalledWith(expect.objectContaining({ code: 'link' })));
    expect(vi.getTimerCount()).toBe(0);
  });
});
