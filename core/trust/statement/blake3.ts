import { blake3 } from '@noble/hashes/blake3';
import type { Digest } from './brick-digest.js';

/** BLAKE3 that is there at once. */
type Blake3 = (bytes: Uint8Array) => Uint8Array;

/** In JavaScript: runs everywhere. */
export const portableDigest: Blake3 = (bytes) => blake3(bytes);

/** A package that has it for the processor itself. Whatever bytes it says that it takes, it is tried with a view of some. */
interface Native {
  readonly blake3: (bytes: never) => Uint8Array;
}

/**
 * The quickest BLAKE3 that is right here: that of the package that `load` brings, where it can be had; else that of WebAssembly, else that of
 * JavaScript. Never rejects.
 */
export async function bestDigest(load?: () => Promise<Native>): Promise<Digest> {
  const native = async () => load && ((await load()).blake3 as Blake3);
  for (const open of [native, webAssembly]) {
    try {
      const digest = await open();
      if (digest && isRight(digest)) return digest;
    } catch {
      // The next one runs on more platforms.
    }
  }
  return portableDigest;
}

/** The same, which is fetched when something is first hashed: nobody waits for it before. */
export function lateDigest(load?: () => Promise<Native>): Digest {
  let opened: Promise<Digest> | undefined;
  return async (bytes) => {
    opened ??= bestDigest(load);
    return (await opened)(bytes);
  };
}

/** Several times as fast as in JavaScript. Rejects where the platform forbids WebAssembly. */
async function webAssembly(): Promise<Blake3> {
  const { createBLAKE3 } = await import('hash-wasm');
  const hasher = await createBLAKE3();
  // One hasher for all calls, each of which begins anew and ends before the next.
  return (bytes) => hasher.init().update(bytes).digest('binary');
}

/** Several chunks of 1024 bytes, and a part of one. */
const SAMPLE = Uint8Array.from({ length: 5001 }, (_, i) => i % 251).subarray(1);

function isRight(digest: Blake3): boolean {
  const [made, right] = [digest(SAMPLE), portableDigest(SAMPLE)];
  return made.length === right.length && right.every((byte, i) => byte === made[i]);
}
