import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProtocolError } from '../errors.js';
import { cut, Joiner } from './framing.js';
import { type Greeting, type LinkMessage, PULSE, readMessage, writeMessage } from './messages.js';

const u32 = fc.integer({ min: 0, max: 0xffffffff });
const cells = fc.float32Array({ maxLength: 300, size: 'max' });
const messages: fc.Arbitrary<LinkMessage> = fc.oneof(
  fc.record({ type: fc.constant('halo' as const), plan: u32, from: u32, step: fc.maxSafeNat(), cells }),
  fc.record({ type: fc.constant('state' as const), plan: u32, from: u32, to: u32, part: u32, cells }),
);

const carried = (message: LinkMessage | Greeting | typeof PULSE) => {
  const joiner = new Joiner();
  const [frame] = [...cut(writeMessage(message), 0, 128)].flatMap((fragment) => joiner.add(fragment) ?? []);
  if (!frame) throw new Error('The message did not arrive.');
  return frame;
};

describe('link messages', () => {
  test('are read as they were written, every bit of every cell', () => {
    fc.assert(
      fc.property(messages, (message) => {
        const read = readMessage(carried(message)) as LinkMessage;
        expect({ ...read, cells: null }).toEqual({ ...message, cells: null });
        expect(new Uint32Array(read.cells.slice().buffer)).toEqual(
          new Uint32Array(message.cells.slice().buffer),
        );
      }),
    );
  });

  test('show their cells in place, without a copy', () => {
    const frame = carried({ type: 'halo', plan: 1, from: 0, step: 4, cells: new Float32Array([1, 2]) });
    const read = readMessage(frame) as LinkMessage;
    expect(read.cells.buffer).toBe(frame.body.buffer);
  });

  test('may be taken from the middle of a larger array', () => {
    const whole = Float32Array.of(9, 1, 2, 9);
    const read = readMessage(
      carried({ type: 'state', plan: 2, from: 1, to: 0, part: 3, cells: whole.subarray(1, 3) }),
    ) as LinkMessage;
    expect([...read.cells]).toEqual([1, 2]);
  });

  test('include greetings and signs of life', () => {
    expect(readMessage(carried(PULSE))).toEqual(PULSE);
    const greeting = { type: 'greeting', session: Date.now() } as const;
    expect(readMessage(carried(greeting))).toEqual(greeting);
  });

  const step = (value: number) => {
    const body = new Uint8Array(16);
    new DataView(body.buffer).setFloat64(8, value, true);
    return body;
  };
  test.each([
    ['an unknown type', 99, new Uint8Array(16)],
    ['a head cut short', 1, new Uint8Array(15)],
    ['part of a cell', 2, new Uint8Array(18)],
    ['a step that is no number', 1, step(Number.NaN)],
    ['a negative step', 1, step(-1)],
    ['half a step', 1, step(0.5)],
    ['a sign of life that goes on', 4, new Uint8Array(4)],
    ['a greeting cut short', 5, new Uint8Array(7)],
    ['a link of a negative number', 5, step(-1).subarray(8)],
  ])('are refused with %s', (_, type, body) => {
    expect(() => readMessage({ type, received: 0, body: body.slice() })).toThrow(ProtocolError);
  });
});
