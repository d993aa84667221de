import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProtocolError } from '../errors.js';
import { AXIS_NAMES } from '../grid/box.js';
import { CODINGS } from '../parcel/parcel.js';
import { MAX_LOOK_CREDIT, MAX_VIEW_STRIDE, MAX_VOLUME_SAMPLES } from '../protocol/limits.js';
import { cut, Joiner } from './framing.js';
import {
  type Greeting,
  type HaloMessage,
  type LinkMessage,
  type Pulse,
  readMessage,
  type StateMessage,
  writeMessage,
} from './messages.js';

const u32 = fc.integer({ min: 0, max: 0xffffffff });
const cells = fc.float32Array({ maxLength: 300, size: 'max' });
const parcel = fc.record({
  coding: fc.constantFrom(...CODINGS),
  quiet: fc.array(fc.boolean(), { maxLength: 100, size: 'max' }),
  content: fc.uint8Array({ maxLength: 1000, size: 'max' }),
});
const rate = fc.float({ min: 0, max: 2 ** 40, noNaN: true });
const stride = fc.integer({ min: 1, max: MAX_VIEW_STRIDE });
const messages: fc.Arbitrary<LinkMessage> = fc.oneof(
  fc.record({
    type: fc.constant('halo' as const),
    plan: u32,
    from: u32,
    step: fc.maxSafeNat(),
    rate,
    parcel,
  }),
  fc.record({ type: fc.constant('state' as const), plan: u32, from: u32, to: u32, part: u32, cells }),
  fc.record({
    type: fc.constant('copy' as const),
    plan: u32,
    from: u32,
    step: fc.maxSafeNat(),
    part: u32,
    cells,
  }),
  fc.record({
    type: fc.constant('copy-taken' as const),
    plan: u32,
    from: u32,
    step: fc.maxSafeNat(),
    part: u32,
  }),
  fc.record({
    type: fc.constant('look' as const),
    view: u32,
    state: u32,
    viewed: fc.oneof(
      fc.record({ axis: fc.constantFrom(...AXIS_NAMES), at: u32, stride }),
      fc.record({ axis: fc.constant('all' as const), stride }),
    ),
    every: fc.integer({ min: 1, max: 0xffffffff }),
    credit: fc.integer({ min: 0, max: MAX_LOOK_CREDIT }),
  }),
  fc.record({
    type: fc.constant('slice' as const),
    plan: u32,
    view: u32,
    step: fc.maxSafeNat(),
    low: fc.float({ max: 0, noNaN: true, noDefaultInfinity: true }),
    high: fc.float({ min: 0, noNaN: true, noDefaultInfinity: true }),
    samples: fc.record({
      ...{ layer: u32, row: u32, column: u32 },
      layers: fc.integer({ min: 1, max: 64 }),
      rows: fc.integer({ min: 1, max: 64 }),
      columns: fc.integer({ min: 1, max: 64 }),
    }),
    content: fc.uint8Array({ maxLength: 1000, size: 'max' }),
  }),
);

/** With its cells as bytes. */
const plain = (message: ReturnType<typeof readMessage>) => {
  if (message.type === 'halo') {
    return { ...message, parcel: { ...message.parcel, content: [...message.parcel.content] } };
  }
  if (message.type === 'slice') return { ...message, content: [...message.content] };
  return message.type === 'state' || message.type === 'copy'
    ? { ...message, cells: [...new Uint32Array(message.cells.slice().buffer)] }
    : message;
};

const carried = (message: LinkMessage | Greeting | Pulse) => {
  const joiner = new Joiner();
  const [frame] = [...cut(writeMessage(message), 0, 128)].flatMap((fragment) => joiner.add(fragment) ?? []);
  if (!frame) throw new Error('The message did not arrive.');
  return frame;
};

describe('link messages', () => {
  test('are read as they were written, every bit of every cell', () => {
    fc.assert(
      fc.property(messages, (message) => {
        expect(plain(readMessage(carried(message)))).toEqual(plain(message));
      }),
    );
  });

  test('show their cells in place, without a copy', () => {
    const parcel = { coding: 'plain', quiet: [false], content: new Uint8Array(8) } as const;
    const halo = carried({ type: 'halo', plan: 1, from: 0, step: 4, rate: 0, parcel });
    const { content } = (readMessage(halo) as HaloMessage).parcel;
    expect(content.buffer).toBe(halo.body.buffer);
    expect(content.byteOffset % Float32Array.BYTES_PER_ELEMENT).toBe(0);
    const state = carried({
      type: 'state',
      plan: 1,
      from: 0,
      to: 1,
      part: 0,
      cells: new Float32Array([1, 2]),
    });
    expect((readMessage(state) as StateMessage).cells.buffer).toBe(state.body.buffer);
  });

  test('may be taken from the middle of a larger array', () => {
    const whole = Float32Array.of(9, 1, 2, 9);
    const read = readMessage(
      carried({ type: 'state', plan: 2, from: 1, to: 0, part: 3, cells: whole.subarray(1, 3) }),
    ) as StateMessage;
    expect([...read.cells]).toEqual([1, 2]);
  });

  test('include greetings and signs of life', () => {
    const pulse = { type: 'pulse', asks: 4_000_000_000, answers: 7 } as const;
    expect(readMessage(carried(pulse))).toEqual(pulse);
    const greeting = { type: 'greeting', session: Date.now() } as const;
    expect(readMessage(carried(greeting))).toEqual(greeting);
  });

  const halo = (change: (head: DataView) => void) => {
    const body = new Uint8Array(24);
    change(new DataView(body.buffer));
    return body;
  };
  const look = (change: (head: DataView) => void) => {
    const body = new Uint8Array(20);
    const head = new DataView(body.buffer);
    head.setUint32(12, 1, true);
    head.setUint8(17, 1);
    change(head);
    return body;
  };
  const slice = (change: (head: DataView) => void) => {
    const body = new Uint8Array(40);
    const head = new DataView(body.buffer);
    head.setUint32(32, 1, true);
    head.setUint32(36, 1, true);
    change(head);
    return body;
  };
  const block = (layers: number) => {
    const body = new Uint8Array(48);
    body.set(slice((head) => head.setUint32(32, MAX_VOLUME_SAMPLES, true)));
    new DataView(body.buffer).setUint32(44, layers, true);
    return body;
  };
  const step = (value: number) => halo((head) => head.setFloat64(8, value, true));
  test.each([
    ['an unknown type', 99, new Uint8Array(16)],
    ['a head cut short', 1, new Uint8Array(23)],
    ['fewer marks than slabs', 1, halo((head) => head.setUint16(22, 1, true))],
    ['a coding that nobody knows', 1, halo((head) => head.setUint8(20, 7))],
    ['a rate below zero', 1, halo((head) => head.setFloat32(16, -1, true))],
    ['part of a cell', 2, new Uint8Array(18)],
    ['a step that is no number', 1, step(Number.NaN)],
    ['a negative step', 1, step(-1)],
    ['half a step', 1, step(0.5)],
    [
      'half a step of a copy',
      3,
      new Uint8Array([...new Uint8Array(8), ...step(0.5).subarray(8, 16), ...new Uint8Array(4)]),
    ],
    ['part of a cell of a copy', 3, new Uint8Array(22)],
    ['a word on a copy that goes on', 6, new Uint8Array(24)],
    ['a sign of life that goes on', 4, new Uint8Array(4)],
    ['a greeting cut short', 5, new Uint8Array(7)],
    ['a link of a negative number', 5, step(-1).subarray(8, 16)],
    ['a look across an axis that there is not', 7, look((head) => head.setUint8(16, 4))],
    ['a look that goes on', 7, new Uint8Array(24)],
    ['a look every 0 steps', 7, look((head) => head.setUint32(12, 0, true))],
    ['more credit than anybody has', 7, look((head) => head.setUint8(18, MAX_LOOK_CREDIT + 1))],
    ['a slice cut short', 8, new Uint8Array(39)],
    ['a slice without samples', 8, slice((head) => head.setUint32(36, 0, true))],
    ['a slice of more samples than one may have', 8, slice((head) => head.setUint32(36, 0x7fffffff, true))],
    ['a block of more samples than a volume may have', 9, block(2)],
    ['a slice whose values end before they begin', 8, slice((head) => head.setFloat32(20, -1, true))],
    ['a slice of a range that is no number', 8, slice((head) => head.setFloat32(16, Number.NaN, true))],
  ])('are refused with %s', (_, type, body) => {
    expect(() => readMessage({ type, received: 0, body: body.slice() })).toThrow(ProtocolError);
  });
});
