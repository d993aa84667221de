import { bytesToHex } from '@noble/hashes/utils';
import type { Sha256 } from '../../core/result/checksums.js';
import { lateDigest } from '../../core/trust/statement/blake3.js';
import { KEY_BYTES, portable, type Signer, signerOf } from '../../core/trust/statement/ed25519.js';
import type { Identity } from '../../core/witness/witness.js';
import { type KeyStore, keyStore } from './key-store.js';

/** What this browser signs with: its own key, made when it is first asked for. Never rejects: where nothing can be kept, the key is a new one each time. */
export async function openIdentity(): Promise<Identity> {
  const { subtle } = crypto;
  const store = keyStore();
  // Pages that came by plain http from another machine have no `subtle`.
  const signer = (subtle && (await nativeSigner(subtle, store))) ?? (await portableSigner(store));
  // The first cells of a visit need not wait for what hashes.
  return { signer, digest: lateDigest(), ...(subtle && { sha256: nativeSha256(subtle) }) };
}

const nativeSha256 =
  (subtle: SubtleCrypto): Sha256 =>
  async (bytes) =>
    new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));

/** With a key that no program can read, this page's neither. Undefined where the browser knows no Ed25519. */
async function nativeSigner(subtle: SubtleCrypto, store: KeyStore): Promise<Signer | undefined> {
  try {
    const kept = await store.get('pair').catch(() => undefined);
    const pair = isPair(kept) ? kept : await makePair(subtle, store);
    return {
      key: bytesToHex(new Uint8Array(await subtle.exportKey('raw', pair.publicKey))),
      sign: async (message) =>
        new Uint8Array(await subtle.sign('Ed25519', pair.privateKey, message as Uint8Array<ArrayBuffer>)),
    };
  } catch {
    return undefined;
  }
}

async function makePair(subtle: SubtleCrypto, store: KeyStore): Promise<CryptoKeyPair> {
  const pair = (await subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair;
  await store.set('pair', pair).catch(() => {});
  return pair;
}

async function portableSigner(store: KeyStore): Promise<Signer> {
  const kept = await store.get('secret').catch(() => undefined);
  const secret =
    kept instanceof Uint8Array && kept.length === KEY_BYTES
      ? kept
      : crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  if (secret !== kept) await store.set('secret', secret).catch(() => {});
  return signerOf(portable, secret);
}

function isPair(value: unknown): value is CryptoKeyPair {
  if (typeof value !== 'object' || value === null || !('privateKey' in value)) return false;
  return value.privateKey instanceof CryptoKey;
}
