import type { Socket } from 'node:net';
import { type Channel, ChannelTransport } from '../../core/links/channel.js';
import { after } from '../../core/links/timer.js';
import { MAX_SOCKET_FRAGMENT_BYTES } from '../../core/protocol/limits.js';
import { readInPlace } from './reading.js';

/*
 * How messages follow one another over a socket between two processes of one machine:
 *
 *   message := length:u32 bytes         little-endian; 1 to MAX_SOCKET_FRAGMENT_BYTES bytes
 */
const LENGTH_BYTES = 4;

/** What is buffered may still go out when a side closes, for so long. */
const GOODBYE_MS = 2_000;

/** A paused socket as a transport, which owns it from now on. */
export function socketTransport(given: Socket): {
  readonly transport: ChannelTransport;
  readonly socket: Socket;
} {
  let stopTimer = () => {};
  const incoming = new Incoming((message) => transport.received(message));
  const take = (bytes: Uint8Array) => {
    if (!incoming.add(bytes)) transport.ended('the other side sent what is no message');
  };
  const { socket, early } = readInPlace(given, take);
  const channel: Channel = {
    buffered: () => socket.writableLength,
    send(message) {
      const length = Buffer.allocUnsafe(LENGTH_BYTES);
      length.writeUInt32LE(message.byteLength);
      socket.cork();
      socket.write(length);
      socket.write(message, () => transport.low());
      socket.uncork();
    },
    path: () => 'direct',
    end() {
      socket.destroySoon();
      stopTimer = after(GOODBYE_MS, () => socket.destroy());
    },
  };
  const transport = new ChannelTransport(channel, MAX_SOCKET_FRAGMENT_BYTES);
  if (early) take(early);
  socket.resume();
  socket.on('error', (error) => transport.ended(error.message));
  socket.on('end', () => transport.ended('closed by the other side'));
  socket.on('close', () => {
    transport.ended('closed by the other side');
    stopTimer();
  });
  return { transport, socket };
}

/** Finds messages in what a socket brings. */
class Incoming {
  readonly #deliver: (message: Uint8Array) => void;
  /** A length of which not all bytes have come. */
  readonly #length = new Uint8Array(LENGTH_BYTES);
  #lengthFilled = 0;
  /** A message of which not all bytes have come. */
  #partial: { readonly message: Uint8Array; filled: number } | undefined;
  /** Where such messages are put together, one after the other. */
  readonly #whole = new Uint8Array(MAX_SOCKET_FRAGMENT_BYTES);

  constructor(deliver: (message: Uint8Array) => void) {
    this.#deliver = deliver;
  }

  /** False where the bytes are no messages. What it delivers is a view, of them or of what is used again. */
  add(bytes: Uint8Array): boolean {
    let from = 0;
    while (from < bytes.byteLength) {
      if (this.#partial) {
        from += this.#goOn(this.#partial, bytes.subarray(from));
        continue;
      }
      while (this.#lengthFilled < LENGTH_BYTES && from < bytes.byteLength) {
        this.#length[this.#lengthFilled++] = bytes[from++] as number;
      }
      if (this.#lengthFilled < LENGTH_BYTES) return true;
      this.#lengthFilled = 0;
      const length = new DataView(this.#length.buffer).getUint32(0, true);
      if (length === 0 || length > MAX_SOCKET_FRAGMENT_BYTES) return false;
      if (from + length > bytes.byteLength) {
        this.#partial = { message: this.#whole.subarray(0, length), filled: 0 };
        continue;
      }
      this.#deliver(bytes.subarray(from, from + length));
      from += length;
    }
    return true;
  }

  /** Takes what belongs to the message, and says how many bytes that was. */
  #goOn(partial: { readonly message: Uint8Array; filled: number }, bytes: Uint8Array): number {
    const { message, filled } = partial;
    const own = bytes.subarray(0, message.byteLength - filled);
    message.set(own, filled);
    partial.filled += own.byteLength;
    if (partial.filled === message.byteLength) {
      this.#partial = undefined;
      this.#deliver(message);
    }
    return own.byteLength;
  }
}
