import { createDecoder, hasContent, readVarString, readVarUint, readVarUint8Array } from 'lib0/decoding';
import { createEncoder, toUint8Array, writeVarString, writeVarUint, writeVarUint8Array } from 'lib0/encoding';
import * as sync from 'y-protocols/sync';
import type { Doc } from 'yjs';
import { ProtocolError } from '../errors.js';
import { MAX_FRAGMENT_BYTES, RELAY_LEAST_BYTES } from './limits.js';
import { type PeerId, peerId } from './plan.js';

/*
 * Binary frames of the WebSocket: the grammar of y-protocols.
 *   frame     = 0 sync | 1 awareness | 2 relay
 *   sync      = 0 vector | 1 update | 2 update
 *   vector, update, awareness, message = a varuint length and so many bytes
 *   relay     = peer channel (0 message | 1 count | 2)
 */
const SYNC = 0;
const AWARENESS = 1;
const RELAY = 2;
const RELAYED = { message: 0, taken: 1, end: 2 } as const;

export type Frame =
  | { readonly type: 'question'; readonly vector: Uint8Array }
  | { readonly type: 'answer' | 'update'; readonly update: Uint8Array }
  | { readonly type: 'awareness'; readonly update: Uint8Array };

/** On a channel between two peers through the coordinator. */
export interface RelayFrame {
  /** Whom it is for, where a peer sends it; whom it is from, where the coordinator does. */
  readonly peer: PeerId;
  readonly channel: number;
  readonly what:
    | { readonly kind: 'message'; readonly bytes: Uint8Array }
    /** So much of what was sent has been taken, as `relayCost` counts it. */
    | { readonly kind: 'taken'; readonly count: number }
    | { readonly kind: 'end' };
}

/** What a message takes of the channel's window. */
export const relayCost = (bytes: Uint8Array) => Math.max(bytes.byteLength, RELAY_LEAST_BYTES);

/** Whether a binary frame belongs to a relayed channel: its readers and its limits are others. */
export const isRelayFrame = (bytes: Uint8Array) => bytes[0] === RELAY;

/** @throws ProtocolError where the bytes are no frame. */
export function readFrame(bytes: Uint8Array): Frame {
  try {
    const decoder = createDecoder(bytes);
    const kind = readVarUint(decoder);
    const type =
      kind === SYNC ? syncType(readVarUint(decoder)) : kind === AWARENESS ? 'awareness' : undefined;
    if (type === undefined) throw new ProtocolError(`binary frames of kind ${kind} are not spoken here`);
    const body = readVarUint8Array(decoder);
    if (hasContent(decoder)) throw new ProtocolError('bytes follow the end of a binary frame');
    return type === 'question' ? { type, vector: body } : { type, update: body };
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    throw new ProtocolError('a binary frame ends before its content does', { cause: error });
  }
}

function syncType(step: number): 'question' | 'answer' | 'update' {
  switch (step) {
    case sync.messageYjsSyncStep1:
      return 'question';
    case sync.messageYjsSyncStep2:
      return 'answer';
    case sync.messageYjsUpdate:
      return 'update';
    default:
      throw new ProtocolError(`sync step ${step} is not spoken here`);
  }
}

/** Messages are a view of `bytes`. @throws ProtocolError where the bytes are no such frame. */
export function readRelayFrame(bytes: Uint8Array): RelayFrame {
  try {
    const decoder = createDecoder(bytes);
    if (readVarUint(decoder) !== RELAY) throw new ProtocolError('a frame of another kind');
    const peer = peerId.parse(readVarString(decoder));
    const channel = readVarUint(decoder);
    const what = readRelayed(decoder);
    if (hasContent(decoder)) throw new ProtocolError('bytes follow the end of a binary frame');
    return { peer, channel, what };
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    throw new ProtocolError('a frame of a relayed channel breaks its grammar', { cause: error });
  }
}

function readRelayed(decoder: ReturnType<typeof createDecoder>): RelayFrame['what'] {
  const kind = readVarUint(decoder);
  switch (kind) {
    case RELAYED.message: {
      const bytes = readVarUint8Array(decoder);
      if (bytes.byteLength > 0 && bytes.byteLength <= MAX_FRAGMENT_BYTES) return { kind: 'message', bytes };
      throw new ProtocolError(`a relayed message has 1 to ${MAX_FRAGMENT_BYTES} bytes`);
    }
    case RELAYED.taken: {
      const count = readVarUint(decoder);
      if (count >= RELAY_LEAST_BYTES) return { kind: 'taken', count };
      throw new ProtocolError(`what has been taken counts as ${RELAY_LEAST_BYTES} at least`);
    }
    case RELAYED.end:
      return { kind: 'end' };
    default:
      throw new ProtocolError(`relayed frames of kind ${kind} are not spoken here`);
  }
}

export function writeRelayFrame({ peer, channel, what }: RelayFrame): Uint8Array {
  return written(RELAY, (encoder) => {
    writeVarString(encoder, peer);
    writeVarUint(encoder, channel);
    writeVarUint(encoder, RELAYED[what.kind]);
    if (what.kind === 'message') writeVarUint8Array(encoder, what.bytes);
    if (what.kind === 'taken') writeVarUint(encoder, what.count);
  });
}

/** What a replica with the state vector `vector` lacks of `doc`; all of it where there is no vector. */
export function writeAnswer(doc: Doc, vector?: Uint8Array): Uint8Array {
  return written(SYNC, (encoder) => sync.writeSyncStep2(encoder, doc, vector));
}

export function writeUpdate(update: Uint8Array): Uint8Array {
  return written(SYNC, (encoder) => sync.writeUpdate(encoder, update));
}

export function writeAwareness(update: Uint8Array): Uint8Array {
  return written(AWARENESS, (encoder) => writeVarUint8Array(encoder, update));
}

function written(kind: number, body: (encoder: ReturnType<typeof createEncoder>) => void): Uint8Array {
  const encoder = createEncoder();
  writeVarUint(encoder, kind);
  body(encoder);
  return toUint8Array(encoder);
}
