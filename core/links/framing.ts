import { ProtocolError } from '../errors.js';
import { MAX_LINK_MESSAGE_BYTES, PROTOCOL_VERSION } from '../protocol/limits.js';
import { SpareBuffers } from './spare-buffers.js';

/*
 * How a message travels over a channel that keeps order but takes only short pieces. All numbers little-endian.
 *
 *   frame    := version:u8  type:u8  0:u16  length:u32  received:f64  body        length = bytes of body
 *   received := how many messages the sender has received over this link, whatever channels carried them
 *   body     := head content                                        see messages.ts
 *   fragment := the next bytes of a frame, at most maxFragment
 *
 * A frame starts at a fragment's first byte and ends at a fragment's last. The next frame follows the last
 * fragment of this one; frames are never interleaved.
 */

const HEADER_BYTES = 16;

/** The first fragment of a longer frame: how fast the rest comes after it tells the other side the link's rate. */
const FIRST_BYTES = 4096;

/** A message, encoded. `content` is a view of the sender's memory: it is cut, not copied. */
export interface Frame {
  readonly type: number;
  readonly head: Uint8Array;
  readonly content: Uint8Array;
}

/** A message, rejoined. `body` starts at the first byte of its own buffer. */
export interface ReceivedFrame {
  readonly type: number;
  /** How many messages the other side had received. */
  readonly received: number;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Throws ProtocolError when the body is longer than MAX_LINK_MESSAGE_BYTES. */
export function bodyBytes({ head, content }: Pick<Frame, 'head' | 'content'>): number {
  const length = head.byteLength + content.byteLength;
  if (length > MAX_LINK_MESSAGE_BYTES) throw tooLong(length);
  return length;
}

/**
 * Cuts a frame into fragments of at most `maxFragment` bytes (at least 64), and says with it how many messages have
 * been received. The first of several is short, and alone a copy: the others are views of `content`, which must not change.
 * Throws ProtocolError when the body is longer than MAX_LINK_MESSAGE_BYTES.
 */
export function* cut(
  { type, head, content }: Frame,
  received: number,
  maxFragment: number,
): Generator<Uint8Array, void> {
  const length = bodyBytes({ head, content });
  const start = HEADER_BYTES + head.byteLength;
  const first = Math.min(maxFragment, Math.max(FIRST_BYTES, start));
  let sent = Math.min(content.byteLength, first - start);
  const opening = new Uint8Array(start + sent);
  const view = new DataView(opening.buffer);
  view.setUint8(0, PROTOCOL_VERSION);
  view.setUint8(1, type);
  view.setUint32(4, length, true);
  view.setFloat64(8, received, true);
  opening.set(head, HEADER_BYTES);
  opening.set(content.subarray(0, sent), start);
  yield opening;
  for (; sent < content.byteLength; sent += maxFragment) yield content.subarray(sent, sent + maxFragment);
}

/** Rejoins the fragments of one channel, in the order they came. */
export class Joiner {
  readonly #spare: SpareBuffers;
  #partial: { readonly frame: ReceivedFrame; filled: number } | undefined;

  /** Bodies are made of spare buffers, where there are any. */
  constructor(spare = new SpareBuffers()) {
    this.#spare = spare;
  }

  /**
   * Takes the next fragment; returns the message it completes, if it does. The fragment is copied.
   * Throws ProtocolError on bytes that are no frame; the channel is of no use after that.
   */
  add(fragment: Uint8Array): ReceivedFrame | undefined {
    let bytes = fragment;
    if (this.#partial === undefined) {
      this.#partial = { frame: begin(fragment, this.#spare), filled: 0 };
      bytes = fragment.subarray(HEADER_BYTES);
    } else if (fragment.byteLength === 0) {
      throw new ProtocolError('An empty fragment within a message.');
    }
    const { frame, filled } = this.#partial;
    const after = filled + bytes.byteLength;
    if (after > frame.body.byteLength) {
      throw new ProtocolError(
        `A message of ${frame.body.byteLength} bytes goes on for at least ${after - frame.body.byteLength} more.`,
      );
    }
    frame.body.set(bytes, filled);
    this.#partial.filled = after;
    if (after < frame.body.byteLength) return undefined;
    this.#partial = undefined;
    return frame;
  }
}

/** The first `length` bytes of a body. Throws ProtocolError where it is shorter. */
export function headOf(body: Uint8Array<ArrayBuffer>, length: number): DataView {
  if (body.byteLength < length) {
    throw new ProtocolError(`A body of ${body.byteLength} bytes is shorter than its head.`);
  }
  return new DataView(body.buffer, 0, length);
}

function begin(fragment: Uint8Array, spare: SpareBuffers): ReceivedFrame {
  if (fragment.byteLength < HEADER_BYTES) {
    throw new ProtocolError(`A message starts with ${fragment.byteLength} bytes, less than its header.`);
  }
  const view = new DataView(fragment.buffer, fragment.byteOffset, HEADER_BYTES);
  const version = view.getUint8(0);
  if (version !== PROTOCOL_VERSION) {
    throw new ProtocolError(`The other side speaks version ${version}; this one speaks ${PROTOCOL_VERSION}.`);
  }
  if (view.getUint16(2, true) !== 0) throw new ProtocolError('The reserved bytes of a header are not zero.');
  const length = view.getUint32(4, true);
  if (length > MAX_LINK_MESSAGE_BYTES) throw tooLong(length);
  const received = view.getFloat64(8, true);
  if (!Number.isSafeInteger(received) || received < 0) {
    throw new ProtocolError(`The other side has received ${received} messages.`);
  }
  return { type: view.getUint8(1), received, body: new Uint8Array(spare.take(length)) };
}

function tooLong(length: number): ProtocolError {
  return new ProtocolError(
    `A message of ${length} bytes is longer than the ${MAX_LINK_MESSAGE_BYTES} a link carries.`,
  );
}
