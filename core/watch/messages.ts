import { ProtocolError } from '../errors.js';
import { AXIS_NAMES } from '../grid/box.js';
import { headOf } from '../links/framing.js';
import {
  MAX_LOOK_CREDIT,
  MAX_SLICE_SAMPLES,
  MAX_VIEW_STRIDE,
  MAX_VOLUME_SAMPLES,
} from '../protocol/limits.js';
import { type Samples, sampleCount, type Viewed } from './view.js';

/*
 * What viewers and those they look at say to one another over a link. All numbers little-endian; the content fills the rest of the body.
 *
 *   look     := type 7   view:u32  state:u32  at:u32  every:u32  axis:u8  stride:u8  credit:u8  0:u8
 *   slice    := type 8   plan:u32  view:u32  step:f64  low:f32  high:f32  row:u32  column:u32  rows:u32  columns:u32  content:u8*
 *   block    := type 9   a slice's head  layer:u32  layers:u32  content:u8*
 *
 * `axis` counts z, y, x from 0; 3 is all of them, a volume. A block is what a slice is, of a volume. The content of a slice is a zstd frame of a byte a sample, row by row: see residues.ts.
 */

const LOOK_BYTES = 20;
const SLICE_HEAD_BYTES = 40;
const BLOCK_HEAD_BYTES = 48;

/** After the axes across which planes lie. */
const ALL_AXES = 3;

/** A viewer asks for slices of a plane or a volume, or for more of them. */
export interface LookMessage {
  readonly type: 'look';
  /** The viewer's own number of what it asks for: with another one it asks anew, and what it asked before is over. */
  readonly view: number;
  /** The state's place among the job's, component by component, fields in the model's order. */
  readonly state: number;
  readonly viewed: Viewed;
  /** A slice is due at the first exchange at or after each multiple of so many steps. */
  readonly every: number;
  /** So many more slices may come, 0 to MAX_LOOK_CREDIT. */
  readonly credit: number;
}

/** What one place holds of a plane or a volume, quantised. */
export interface SliceMessage {
  readonly type: 'slice';
  /** 0 where it comes from the store. */
  readonly plan: number;
  readonly view: number;
  readonly step: number;
  /** The values of the lowest code and the highest. */
  readonly low: number;
  readonly high: number;
  readonly samples: Samples;
  /** A byte a sample, less what its neighbours foretell, in a zstd frame. */
  readonly content: Uint8Array;
}

export function lookBytes({ view, state, viewed, every, credit }: LookMessage): Uint8Array {
  const head = new DataView(new ArrayBuffer(LOOK_BYTES));
  head.setUint32(0, view, true);
  head.setUint32(4, state, true);
  head.setUint32(8, viewed.axis === 'all' ? 0 : viewed.at, true);
  head.setUint32(12, every, true);
  head.setUint8(16, viewed.axis === 'all' ? ALL_AXES : AXIS_NAMES.indexOf(viewed.axis));
  head.setUint8(17, viewed.stride);
  head.setUint8(18, credit);
  return new Uint8Array(head.buffer);
}

/** Throws ProtocolError. */
export function readLook(body: Uint8Array<ArrayBuffer>): LookMessage {
  const head = headOf(body, LOOK_BYTES);
  const viewed = readViewed(head);
  const [every, stride, credit] = [head.getUint32(12, true), head.getUint8(17), head.getUint8(18)];
  if (body.byteLength > LOOK_BYTES || !viewed || head.getUint8(19) !== 0) {
    throw new ProtocolError('A look at a plane that there is not.');
  }
  if (every === 0 || stride === 0 || stride > MAX_VIEW_STRIDE || credit > MAX_LOOK_CREDIT) {
    throw new ProtocolError(`A look every ${every} steps, ${stride} cells, with a credit of ${credit}.`);
  }
  return {
    type: 'look',
    view: head.getUint32(0, true),
    state: head.getUint32(4, true),
    viewed,
    every,
    credit,
  };
}

/** Undefined where there are no such planes, and of a volume at some place. */
function readViewed(head: DataView): Viewed | undefined {
  const [at, axis, stride] = [head.getUint32(8, true), head.getUint8(16), head.getUint8(17)];
  if (axis === ALL_AXES) return at === 0 ? { axis: 'all', stride } : undefined;
  const name = AXIS_NAMES[axis];
  return name && { axis: name, at, stride };
}

/** Whether a message has to say of which layers it is. */
export const isBlock = ({ samples: { layer, layers } }: Pick<SliceMessage, 'samples'>): boolean =>
  layer > 0 || layers > 1;

/** All of a slice's or a block's body but its content. */
export function sliceHead(message: SliceMessage): Uint8Array {
  const { plan, view, step, low, high, samples } = message;
  const head = new DataView(new ArrayBuffer(isBlock(message) ? BLOCK_HEAD_BYTES : SLICE_HEAD_BYTES));
  head.setUint32(0, plan, true);
  head.setUint32(4, view, true);
  head.setFloat64(8, step, true);
  head.setFloat32(16, low, true);
  head.setFloat32(20, high, true);
  head.setUint32(24, samples.row, true);
  head.setUint32(28, samples.column, true);
  head.setUint32(32, samples.rows, true);
  head.setUint32(36, samples.columns, true);
  if (isBlock(message)) {
    head.setUint32(40, samples.layer, true);
    head.setUint32(44, samples.layers, true);
  }
  return new Uint8Array(head.buffer);
}

/** The body of a slice: the coordinator's HTTP answers with the same. Throws ProtocolError. */
export function readSliceBody(body: Uint8Array<ArrayBuffer>): SliceMessage {
  const head = headOf(body, SLICE_HEAD_BYTES);
  const content = body.subarray(SLICE_HEAD_BYTES);
  return readSamples(head, { layer: 0, layers: 1, most: MAX_SLICE_SAMPLES }, content);
}

/** The body of a block. Throws ProtocolError. */
export function readBlock(body: Uint8Array<ArrayBuffer>): SliceMessage {
  const head = headOf(body, BLOCK_HEAD_BYTES);
  const [layer, layers] = [head.getUint32(40, true), head.getUint32(44, true)];
  const content = body.subarray(BLOCK_HEAD_BYTES);
  return readSamples(head, { layer, layers, most: MAX_VOLUME_SAMPLES }, content);
}

function readSamples(
  head: DataView,
  { most, ...layers }: Pick<Samples, 'layer' | 'layers'> & { readonly most: number },
  content: Uint8Array,
): SliceMessage {
  const step = head.getFloat64(8, true);
  if (!Number.isSafeInteger(step) || step < 0) throw new ProtocolError(`A slice of step ${step}.`);
  const [low, high] = [head.getFloat32(16, true), head.getFloat32(20, true)];
  if (!(Number.isFinite(low) && Number.isFinite(high) && low <= high)) {
    throw new ProtocolError(`A slice of values from ${low} to ${high}.`);
  }
  const samples: Samples = {
    ...layers,
    row: head.getUint32(24, true),
    column: head.getUint32(28, true),
    rows: head.getUint32(32, true),
    columns: head.getUint32(36, true),
  };
  const count = sampleCount(samples);
  if (count === 0 || count > most) {
    throw new ProtocolError(`A slice of ${samples.layers} × ${samples.rows} × ${samples.columns} samples.`);
  }
  return {
    type: 'slice',
    plan: head.getUint32(0, true),
    view: head.getUint32(4, true),
    step,
    low,
    high,
    samples,
    content,
  };
}

/** A slice as HTTP carries it: the body of the message. */
export function sliceBody(message: SliceMessage): Uint8Array {
  const head = sliceHead(message);
  const { content } = message;
  const body = new Uint8Array(head.byteLength + content.byteLength);
  body.set(head);
  body.set(content, head.byteLength);
  return body;
}
