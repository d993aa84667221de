import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProtocolError } from '../errors.js';
import { MAX_LINK_MESSAGE_BYTES, PROTOCOL_VERSION } from '../protocol/limits.js';
import { cut, type Frame, Joiner } from './framing.js';

const bytes = (maxLength: number) => fc.uint8Array({ maxLength, size: 'max' });
const frames = fc.record({ type: fc.integer({ min: 0, max: 255 }), head: bytes(32), content: bytes(1000) });

const joined = ({ type, head, content }: Frame, received = 0) => ({
  type,
  received,
  body: new Uint8Array([...head, ...content]),
});

const header = (fields: {
  version?: number;
  type?: number;
  reserved?: number;
  received?: number;
  length: number;
}) => {
  const view = new DataView(new ArrayBuffer(16));
  view.setUint8(0, fields.version ?? PROTOCOL_VERSION);
  view.setUint8(1, fields.type ?? 1);
  view.setUint16(2, fields.reserved ?? 0, true);
  view.setUint32(4, fields.length, true);
  view.setFloat64(8, fields.received ?? 0, true);
  return new Uint8Array(view.buffer);
};

describe('messages over a channel of short pieces', () => {
  test('come out as they went in, one after the other, whatever the size of a piece', () => {
    fc.assert(
      fc.property(fc.array(frames), fc.integer({ min: 64, max: 400 }), (sent, maxFragment) => {
        const joiner = new Joiner();
        const fragments = sent.flatMap((frame) => [...cut(frame, 0, maxFragment)]);
        expect(fragments.every(({ length }) => length >= 1 && length <= maxFragment)).toBe(true);
        const received = fragments.flatMap((fragment) => joiner.add(fragment) ?? []);
        expect(received).toEqual(sent.map((frame) => joined(frame)));
      }),
    );
  });

  test('are cut without a copy, but for the first piece', () => {
    const content = new Uint8Array(1000);
    const [, ...rest] = cut({ type: 1, head: new Uint8Array(16), content }, 0, 100);
    expect(rest.length).toBeGreaterThan(5);
    expect(rest.every(({ buffer }) => buffer === content.buffer)).toBe(true);
  });

  test('may lie anywhere in their buffers', () => {
    const joiner = new Joiner();
    const frame = { type: 7, head: new Uint8Array([1, 2, 3, 4]), content: new Uint8Array([5, 6]) };
    const [fragment] = cut(frame, 3, 64);
    const shifted = new Uint8Array([9, ...(fragment ?? []), 9]).subarray(1, -1);
    expect(joiner.add(shifted)).toEqual(joined(frame, 3));
  });
});

describe('bytes that are no message', () => {
  test.each([
    ['less than a header', new Uint8Array(15)],
    ['nothing', new Uint8Array(0)],
    ['another version', header({ version: PROTOCOL_VERSION + 1, length: 0 })],
    ['reserved bytes in use', header({ reserved: 1, length: 0 })],
    ['messages received that are no number', header({ received: Number.NaN, length: 0 })],
    ['half a message received', header({ received: 0.5, length: 0 })],
    ['a length beyond the limit', header({ length: MAX_LINK_MESSAGE_BYTES + 1 })],
    ['more than the length said', new Uint8Array([...header({ length: 2 }), 1, 2, 3])],
  ])('are refused: %s', (_, fragment) => {
    expect(() => new Joiner().add(fragment)).toThrow(ProtocolError);
  });

  test('are refused in a later piece too', () => {
    const joiner = new Joiner();
    joiner.add(header({ length: 2 }));
    expect(() => joiner.add(new Uint8Array(0))).toThrow(ProtocolError);
    expect(() => joiner.add(new Uint8Array(3))).toThrow(ProtocolError);
  });

  test('never do worse than be refused', () => {
    fc.assert(
      fc.property(fc.array(bytes(20)), (fragments) => {
        const joiner = new Joiner();
        try {
          for (const fragment of fragments) joiner.add(fragment);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
    );
  });
});

test('a message too long to receive is not sent either', () => {
  // A view of that length without the memory: only its length is read.
  const content = { byteLength: MAX_LINK_MESSAGE_BYTES } as Uint8Array;
  expect(() => cut({ type: 1, head: new Uint8Array(1), content }, 0, 64).next()).toThrow(ProtocolError);
});
