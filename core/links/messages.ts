import { ProtocolError } from '../errors.js';
import { CODINGS, type Parcel } from '../parcel/parcel.js';
import {
  isBlock,
  type LookMessage,
  lookBytes,
  readBlock,
  readLook,
  readSliceBody,
  type SliceMessage,
  sliceHead,
} from '../watch/messages.js';
import { type Frame, headOf, type ReceivedFrame } from './framing.js';

/*
 * What peers say to one another over a link. All numbers little-endian; what comes last fills the rest of the body.
 *
 *   halo     := type 1   plan:u32  from:u32  step:f64  rate:f32  coding:u8  0:u8  slabs:u16  quiet:u8*  content:u8*
 *   state    := type 2   plan:u32  from:u32  to:u32   part:u32   cells:f32*
 *   copy     := type 3   plan:u32  from:u32  step:f64  part:u32   cells:f32*
 *   taken    := type 6   plan:u32  from:u32  step:f64  part:u32
 *   pulse    := type 4   asks:u32  answers:u32
 *   greeting := type 5   session:f64
 *   look     := type 7, slice := type 8, block := type 9:         see watch/messages.ts
 *
 * The heads of those that carry cells are a multiple of 4 bytes long, so that cells are aligned and need no copy. `quiet` has a bit for each slab,
 * lowest first, in as many groups of 4 bytes as that takes.
 */

/** Ghost cells, as of `step`. */
export interface HaloMessage {
  readonly type: 'halo';
  readonly plan: number;
  /** `step` steps have been made. */
  readonly step: number;
  /** The sender's shard: its index in the plan. */
  readonly from: number;
  /** How fast the receiver's own halos came in here, in bytes a second; 0 where that is not known. */
  readonly rate: number;
  readonly parcel: Parcel;
}

/** State that changes hands as `plan` starts. */
export interface StateMessage {
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

/** A part of a copy of the sender's state as of `step`, for its buddy to keep. */
export interface CopyMessage {
  readonly type: 'copy';
  readonly plan: number;
  readonly step: number;
  /** The sender's shard: its index in the plan. */
  readonly from: number;
  readonly part: number;
  readonly cells: Float32Array;
}

/** Says that a part of a copy, and all before it, are kept. */
export interface CopyTakenMessage extends Omit<CopyMessage, 'type' | 'cells'> {
  readonly type: 'copy-taken';
}

/** What shards say to one another. */
export type ShardMessage = HaloMessage | StateMessage | CopyMessage | CopyTakenMessage;

export type LinkMessage = ShardMessage | LookMessage | SliceMessage;

/** Says that the sender lives, and how many messages it has received, as every frame does. */
export interface Pulse {
  readonly type: 'pulse';
  /** To be answered at once, by a pulse that answers this; 0 where nothing is asked. */
  readonly asks: number;
  /** What the other side has asked; 0 where nothing is answered. */
  readonly answers: number;
}

/** The first words on each channel, both ways: which link it is to go on with. */
export interface Greeting {
  readonly type: 'greeting';
  /** The link's number; 0 where the sender has none with the other side. */
  readonly session: number;
}

/** What a link says for itself, not for its caller. */
type Sign = Greeting | Pulse;

const HALO = 1;
const STATE = 2;
const COPY = 3;
const LIVES = 4;
const GREETING = 5;
const COPY_TAKEN = 6;
const LOOK = 7;
const SLICE = 8;
const BLOCK = 9;

const PULSE_BYTES = 8;
const STATE_HEAD_BYTES = 16;
const COPY_HEAD_BYTES = 20;
const HALO_HEAD_BYTES = 24;
const NOTHING = new Uint8Array(0);

/** Encodes a message. Its cells are viewed, not copied. */
export function writeMessage(message: LinkMessage | Sign): Frame {
  switch (message.type) {
    case 'halo':
      return writeHalo(message);
    case 'state':
      return writeState(message);
    case 'copy':
      return { type: COPY, head: copyHead(message), content: bytesOf(message.cells) };
    case 'copy-taken':
      return { type: COPY_TAKEN, head: copyHead(message), content: NOTHING };
    case 'look':
      return { type: LOOK, head: lookBytes(message), content: NOTHING };
    case 'slice':
      return { type: isBlock(message) ? BLOCK : SLICE, head: sliceHead(message), content: message.content };
    case 'greeting': {
      const head = new DataView(new ArrayBuffer(Float64Array.BYTES_PER_ELEMENT));
      head.setFloat64(0, message.session, true);
      return { type: GREETING, head: new Uint8Array(head.buffer), content: NOTHING };
    }
    case 'pulse': {
      const head = new DataView(new ArrayBuffer(PULSE_BYTES));
      head.setUint32(0, message.asks, true);
      head.setUint32(4, message.answers, true);
      return { type: LIVES, head: new Uint8Array(head.buffer), content: NOTHING };
    }
  }
}

/** Decodes a message. Its cells are a view of `frame.body`. Throws ProtocolError. */
export function readMessage(frame: ReceivedFrame): LinkMessage | Sign {
  switch (frame.type) {
    case HALO:
      return readHalo(frame.body);
    case STATE:
      return readState(frame.body);
    case COPY:
      return { type: 'copy', ...readCopyHead(frame.body), cells: cellsOf(frame.body, COPY_HEAD_BYTES) };
    case COPY_TAKEN:
      if (frame.body.byteLength > COPY_HEAD_BYTES) throw new ProtocolError('More than a word on a copy.');
      return { type: 'copy-taken', ...readCopyHead(frame.body) };
    case LOOK:
      return readLook(frame.body);
    case SLICE:
      return readSliceBody(frame.body);
    case BLOCK:
      return readBlock(frame.body);
    case LIVES:
      return readPulse(frame.body);
    case GREETING:
      return readGreeting(frame.body);
    default:
      throw new ProtocolError(`There is no link message of type ${frame.type}.`);
  }
}

function writeHalo({ plan, step, from, rate, parcel }: HaloMessage): Frame {
  const { coding, quiet, content } = parcel;
  const head = new DataView(new ArrayBuffer(HALO_HEAD_BYTES + quietBytes(quiet.length)));
  head.setUint32(0, plan, true);
  head.setUint32(4, from, true);
  head.setFloat64(8, step, true);
  head.setFloat32(16, rate, true);
  head.setUint8(20, CODINGS.indexOf(coding));
  head.setUint16(22, quiet.length, true);
  for (const [slab, isQuiet] of quiet.entries()) {
    const at = HALO_HEAD_BYTES + (slab >> 3);
    if (isQuiet) head.setUint8(at, head.getUint8(at) | (1 << (slab & 7)));
  }
  return { type: HALO, head: new Uint8Array(head.buffer), content };
}

function readHalo(body: Uint8Array<ArrayBuffer>): HaloMessage {
  const head = headOf(body, HALO_HEAD_BYTES);
  const step = head.getFloat64(8, true);
  if (!Number.isSafeInteger(step) || step < 0) throw new ProtocolError(`A halo of step ${step}.`);
  const rate = head.getFloat32(16, true);
  if (!(rate >= 0 && rate < Infinity)) throw new ProtocolError(`A halo with a rate of ${rate}.`);
  const coding = CODINGS[head.getUint8(20)];
  if (!coding || head.getUint8(21) !== 0) throw new ProtocolError('A halo of unknown coding.');
  const slabs = head.getUint16(22, true);
  const start = HALO_HEAD_BYTES + quietBytes(slabs);
  const whole = headOf(body, start);
  const quiet = Array.from({ length: slabs }, (_, slab) => {
    return ((whole.getUint8(HALO_HEAD_BYTES + (slab >> 3)) >> (slab & 7)) & 1) === 1;
  });
  return {
    type: 'halo',
    plan: head.getUint32(0, true),
    from: head.getUint32(4, true),
    step,
    rate,
    parcel: { coding, quiet, content: body.subarray(start) },
  };
}

const quietBytes = (slabs: number) => 4 * Math.ceil(slabs / 32);

function writeState({ plan, from, to, part, cells }: StateMessage): Frame {
  const head = new DataView(new ArrayBuffer(STATE_HEAD_BYTES));
  head.setUint32(0, plan, true);
  head.setUint32(4, from, true);
  head.setUint32(8, to, true);
  head.setUint32(12, part, true);
  return { type: STATE, head: new Uint8Array(head.buffer), content: bytesOf(cells) };
}

const bytesOf = (cells: Float32Array) => new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength);

function copyHead({ plan, from, step, part }: Omit<CopyTakenMessage, 'type'>): Uint8Array {
  const head = new DataView(new ArrayBuffer(COPY_HEAD_BYTES));
  head.setUint32(0, plan, true);
  head.setUint32(4, from, true);
  head.setFloat64(8, step, true);
  head.setUint32(16, part, true);
  return new Uint8Array(head.buffer);
}

function readCopyHead(body: Uint8Array<ArrayBuffer>) {
  const head = headOf(body, COPY_HEAD_BYTES);
  const step = head.getFloat64(8, true);
  if (!Number.isSafeInteger(step) || step < 0) throw new ProtocolError(`A copy as of step ${step}.`);
  return {
    plan: head.getUint32(0, true),
    from: head.getUint32(4, true),
    step,
    part: head.getUint32(16, true),
  };
}

function readState(body: Uint8Array<ArrayBuffer>): StateMessage {
  const head = headOf(body, STATE_HEAD_BYTES);
  return {
    type: 'state',
    plan: head.getUint32(0, true),
    from: head.getUint32(4, true),
    to: head.getUint32(8, true),
    part: head.getUint32(12, true),
    cells: cellsOf(body, STATE_HEAD_BYTES),
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

function readPulse(body: Uint8Array<ArrayBuffer>): Pulse {
  if (body.byteLength !== PULSE_BYTES) throw new ProtocolError(`A pulse of ${body.byteLength} bytes.`);
  const view = new DataView(body.buffer);
  return { type: 'pulse', asks: view.getUint32(0, true), answers: view.getUint32(4, true) };
}

function cellsOf(body: Uint8Array<ArrayBuffer>, start: number): Float32Array {
  if (body.byteLength % Float32Array.BYTES_PER_ELEMENT !== 0) {
    throw new ProtocolError(`A body of ${body.byteLength} bytes holds no whole number of cells.`);
  }
  return new Float32Array(body.buffer, start);
}
