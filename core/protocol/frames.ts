import { createDecoder, hasContent, readVarUint, readVarUint8Array } from 'lib0/decoding';
import { createEncoder, toUint8Array, writeVarUint, writeVarUint8Array } from 'lib0/encoding';
import * as sync from 'y-protocols/sync';
import type { Doc } from 'yjs';
import { ProtocolError } from '../errors.js';

/*
 * Binary frames of the WebSocket: the grammar of y-protocols.
 *   frame     = 0 sync | 1 awareness
 *   sync      = 0 vector | 1 update | 2 update
 *   vector, update, awareness = a varuint length and so many bytes
 */
const SYNC = 0;
const AWARENESS = 1;

export type Frame =
  | { readonly type: 'question'; readonly vector: Uint8Array }
  | { readonly type: 'answer' | 'update'; readonly update: Uint8Array }
  | { readonly type: 'awareness'; readonly update: Uint8Array };

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
