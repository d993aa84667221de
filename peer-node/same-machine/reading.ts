import { Socket, type SocketConstructorOpts } from 'node:net';
import { MAX_SOCKET_FRAGMENT_BYTES } from '../../core/protocol/limits.js';

/** A socket's connection, which is taken out of it where it moves to another process. Undocumented, so that it may be missing. */
interface WithHandle {
  _handle?: object | null;
}

/**
 * The same connection, read into one buffer again and again: `deliver` is given views of it. Otherwise Node makes 64 KiB outside V8's heap for each read, and
 * at 60 MB/s collects that garbage for 2 to 3% of a core. Only a socket made for it reads so, and those that a server accepts are not: so the
 * connection moves to one that is. Where that cannot be had, the socket is read as sockets are.
 *
 * `early` is what had come before; the socket that was given is of no more use.
 */
export function readInPlace(
  given: Socket,
  deliver: (bytes: Uint8Array) => void,
): { readonly socket: Socket; readonly early: Uint8Array | undefined } {
  const holder = given as unknown as WithHandle;
  const handle = holder._handle;
  if (!handle) {
    given.on('data', deliver);
    return { socket: given, early: undefined };
  }
  const early = (given.read() as Uint8Array | null) ?? undefined;
  holder._handle = null;
  given.destroy();
  const onread = {
    buffer: new Uint8Array(MAX_SOCKET_FRAGMENT_BYTES),
    callback: (bytes: number, buffer: Uint8Array) => {
      deliver(buffer.subarray(0, bytes));
      return true;
    },
  };
  return { socket: new Socket({ handle, onread } as SocketConstructorOpts), early };
}
