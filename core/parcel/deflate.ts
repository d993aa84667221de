import { LinkError } from '../errors.js';

interface Transform {
  readonly readable: {
    getReader(): {
      read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array }>;
      cancel(): Promise<void>;
    };
  };
  readonly writable: { getWriter(): { write(chunk: Uint8Array): Promise<void>; close(): Promise<void> } };
}

// Browsers, workers and Node all have them, written in C, beside the thread that asks; the core is compiled without the types of any.
const { CompressionStream, DecompressionStream } = globalThis as unknown as {
  readonly CompressionStream: new (format: 'deflate-raw') => Transform;
  readonly DecompressionStream: new (format: 'deflate-raw') => Transform;
};

/** The bytes as a raw DEFLATE stream (RFC 1951). */
export function deflate(bytes: Uint8Array): Promise<Uint8Array[]> {
  return through(new CompressionStream('deflate-raw'), bytes, Infinity);
}

/** Fills `into` with what `deflate` was given. Throws LinkError where the stream is torn, or holds fewer bytes or more. */
export async function inflate(bytes: Uint8Array, into: Uint8Array): Promise<void> {
  let chunks: Uint8Array[];
  try {
    chunks = await through(new DecompressionStream('deflate-raw'), bytes, into.byteLength);
  } catch (cause) {
    throw new LinkError('a parcel came that cannot be unpacked', { cause });
  }
  const length = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  if (length !== into.byteLength) {
    throw new LinkError(`a parcel came that holds other than ${into.byteLength} bytes`);
  }
  let filled = 0;
  for (const chunk of chunks) {
    into.set(chunk, filled);
    filled += chunk.byteLength;
  }
}

/** Stops soon after `most` bytes: a few can claim to be gigabytes. */
async function through(
  { readable, writable }: Transform,
  bytes: Uint8Array,
  most: number,
): Promise<Uint8Array[]> {
  const writer = writable.getWriter();
  const written = Promise.all([writer.write(bytes), writer.close()]);
  // Told by the reader as well.
  written.catch(() => undefined);
  const reader = readable.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done || !value) break;
    chunks.push(value);
    length += value.byteLength;
    if (length > most) {
      await reader.cancel();
      return chunks;
    }
  }
  await written;
  return chunks;
}
