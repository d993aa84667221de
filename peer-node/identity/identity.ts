import { createHash } from 'node:crypto';
import { bestDigest } from '../../core/trust/statement/blake3.js';
import { bestEd25519, signerOf } from '../../core/trust/statement/ed25519.js';
import type { Identity } from '../../core/witness/witness.js';
import { readOrMakeKey } from './key-file.js';

/** What this machine's peers sign with. Rejects as `readOrMakeKey` does. */
export async function openIdentity(): Promise<Identity> {
  const signer = signerOf(await bestEd25519(), await readOrMakeKey());
  const digest = await bestDigest(() => import('@napi-rs/blake-hash'));
  return { signer, digest, sha256: (bytes) => createHash('sha256').update(bytes).digest() };
}
