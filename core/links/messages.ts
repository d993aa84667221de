import { ProtocolError } from '../errors.js';
import type { Frame, ReceivedFrame } from './framing.js';

/*
 * What peers say to one another over a link. All numbers little-endian; `cells` fill the rest of the body.
 *
 *   halo     := type 1   plan:u32  from:u32  step:f64             cells:f32*
 *   state    := type 2   plan:u32  from:u32  to:u32   part:u32   cells:f32*
 *   pulse    := type 4                                            (empty)
 *   greeting := type 5   session:f64
 *
 * The heads of those that carry cells are 16 bytes long, so the cells of a body are aligned and need no copy.
 */

/** Ghost cells, as of `step`. */
interface HaloMessage {
  readonly type: 'halo';
  readonly plan: number;
  /** `step` steps have been made. */
  readonly step: number;
  /** The sender's shard: its index in the plan. */
  readonly from: number;
  readonly cells: Float32Array;
}

/** State that changes hands as `plan` starts. */
interface StateMessage {
  readonly type: 'state';
  readonly plan: number;
  /** The sender's shard: its index in the plan before. */
  readonly from: number;
  /** The receiver's shard: its index in `plan`. */
  readonly to: number;
  /** Which part of what changes hands, by its place among the parts that both ends derive. */
  readonly part: number;
  readonly cells: Float32Array;
}

export type LinkMessage = HaloMessage | StateMessage;

/** Says that the sender lives, and how many messages it has received, as every frame does. */
export const PULSE = { type: 'pulse' } as const;

/** The first words on each channel, both ways: which link it is to go on with. */
export interface Greeting {
  readonly type: 'greeting';
  /** The link's number; 0 where the sender has none with the other side. */
  readonly session: number;
}

/** What a link says for itself, not for its caller. */
type Sign = Greeting | typeof PULSE;

const HALO = 1;
const STATE = 2;
const LIVES = 4;
const GREETING = 5;

const HEAD_BYTES = 16;
const NOTHING = new Uint8Array(0);

/** Encodes a message. Its cells are viewed, not copied. */
export function writeMessage(message: LinkMessage | Sign): Frame {
  switch (message.type) {
    case 'halo':
      return writeHalo(message);
    case 'state':
      return writeState(message);
    case 'greeting': {
      const head = new DataView(new ArrayBuffer(Float64Array.BYTES_PER_ELEMENT));
      head.setFloat64(0, message.session, true);
      return { type: GREETING, head: new Uint8Array(head.buffer), cells: NOTHING };
    }
    case 'pulse':
      return { type: LIVES, head: NOTHING, cells: NOTHING };
  }
}

/** Decodes a message. Its cells are a view of `frame.body`. Throws ProtocolError. */
export function readMessage(frame: ReceivedFrame): LinkMessage | Sign {
  switch (frame.type) {
    case HALO:
      return readHalo(frame.body);
    case STATE:
      return readState(frame.body);
    case LIVES:
      if (frame.body.byteLength > 0) throw new ProtocolError('A pulse has no body.');
      return PULSE;
    case GREETING:
      return readGreeting(frame.body);
    default:
      throw new ProtocolError(`There is no link message of type ${frame.type}.`);
  }
}

function writeHalo({ plan, step, from, cells }: HaloMessage): Frame {
  const head = new DataView(new ArrayBuffer(HEAD_BYTES));
  head.setUint32(0, plan, true);
  head.setUint32(4, from, true);
  head.setFloat64(8, step, true);
  return frameOf(HALO, head, cells);
}

function readHalo(body: Uint8Array<ArrayBuffer>): HaloMessage {
  const head = headOf(body);
  const step = head.getFloat64(8, true);
  if (!Number.isSafeInteger(step) || step < 0) throw new ProtocolError(`A halo of step ${step}.`);
  return {
    type: 'halo',
    plan: head.getUint32(0, true),
    from: head.getUint32(4, true),
    step,
    cells: cellsOf(body),
  };
}

function writeState({ plan, from, to, part, cells }: StateMessage): Frame {
  const head = new DataView(new ArrayBuffer(HEAD_BYTES));
  head.setUint32(0, plan, true);
  head.setUint32(4, from, true);
  head.setUint32(8, to, true);
  head.setUint32(12, part, true);
  return frameOf(STATE, head, cells);
}

function readState(body: Uint8Array<ArrayBuffer>): StateMessage {
  const head = headOf(body);
  return {
    type: 'state',
    plan: head.getUint32(0, true),
    from: head.getUint32(4, true),
    to: head.getUint32(8, true),
    part: head.getUint32(12, true),
    cells: cellsOf(body),
  };
}

function readGreeting(body: Uint8Array<ArrayBuffer>): Greeting {
  if (body.byteLength !== Float64Array.BYTES_PER_ELEMENT) {
    throw new ProtocolError(`A greeting of ${body.byteLength} bytes.`);
  }
  const session = new DataView(body.buffer).getFloat64(0, true);
  if (!Number.isSafeInteger(session) || session < 0) throw new ProtocolError(`A link of number ${session}.`);
  return { type: 'greeting', session };
}

function frameOf(type: number, head: DataView<ArrayBuffer>, cells: Float32Array): Frame {
  return {
    type,
    head: new Uint8Array(head.buffer),
    cells: new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength),
  };
}

function headOf(body: Uint8Array<ArrayBuffer>): DataView {
  if (body.byteLength < HEAD_BYTES) {
    throw new ProtocolError(`A body of ${body.byteLength} bytes is shorter than its head.`);
  }
  return new DataView(body.buffer, 0, HEAD_BYTES);
}

function cellsOf(body: Uint8Array<ArrayBuffer>): Float32Array {
  if (body.byteLength % Float32Array.BYTES_PER_ELEMENT !== 0) {
    throw new ProtocolError(`A body of ${body.byteLength} bytes holds no whole number of cells.`);
  }
  return new Float32Array(body.buffer, HEAD_BYTES);
}
