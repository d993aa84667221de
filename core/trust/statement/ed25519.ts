import { ed25519 } from '@noble/curves/ed25519';
import { bytesToHex } from '@noble/hashes/utils';
import { encodeUtf8 } from 'lib0/string';
import { sha256 } from '../roots/hash.js';

export const KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;

/**
 * Ed25519 (RFC 8032). A key pair is made of 32 random bytes, which its device keeps to itself. `verify` is false, not an error, for whatever is no
 * signature.
 */
export interface Ed25519 {
  publicKey(secret: Uint8Array): Uint8Array;
  sign(secret: Uint8Array, message: Uint8Array): Promise<Uint8Array>;
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): Promise<boolean>;
}

/** A device's own key: what it signs with never leaves it, and may be where no program can read it. */
export interface Signer {
  /** The public key, 64 hex digits. */
  readonly key: string;
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** Signs with a secret of 32 bytes. */
export function signerOf(ed25519: Ed25519, secret: Uint8Array): Signer {
  return {
    key: bytesToHex(ed25519.publicKey(secret)),
    sign: (message) => ed25519.sign(secret, message),
  };
}

/** Runs everywhere; a signature takes some milliseconds. */
export const portable: Ed25519 = {
  publicKey: (secret) => ed25519.getPublicKey(secret),
  sign: async (secret, message) => ed25519.sign(message, secret),
  async verify(publicKey, message, signature) {
    try {
      return ed25519.verify(signature, message, publicKey, { zip215: false });
    } catch {
      return false;
    }
  },
};

/** The part of WebCrypto that is used; the core is compiled without its types. Pages that came by plain http have none. */
interface Subtle {
  importKey(
    format: 'pkcs8' | 'raw',
    key: Uint8Array,
    algorithm: 'Ed25519',
    extractable: false,
    use: readonly ('sign' | 'verify')[],
  ): Promise<object>;
  sign(algorithm: 'Ed25519', key: object, message: Uint8Array): Promise<ArrayBuffer>;
  verify(algorithm: 'Ed25519', key: object, signature: Uint8Array, message: Uint8Array): Promise<boolean>;
}

/** What PKCS #8 writes before the bytes of an Ed25519 key (RFC 8410, section 7). */
const PKCS8_PREFIX = Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20);

/** The platform's own, ten times as fast. */
function native(subtle: Subtle): Ed25519 {
  /** To import a key takes longer than to sign with it. */
  const imported = new WeakMap<Uint8Array, Promise<object>>();
  const keyOf = (secret: Uint8Array): Promise<object> => {
    const wrapped = Uint8Array.of(...PKCS8_PREFIX, ...secret);
    const key = imported.get(secret) ?? subtle.importKey('pkcs8', wrapped, 'Ed25519', false, ['sign']);
    imported.set(secret, key);
    return key;
  };
  return {
    publicKey: portable.publicKey,
    async sign(secret, message) {
      return new Uint8Array(await subtle.sign('Ed25519', await keyOf(secret), message));
    },
    async verify(publicKey, message, signature) {
      try {
        const key = await subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify']);
        return await subtle.verify('Ed25519', key, signature, message);
      } catch {
        return false;
      }
    },
  };
}

/** The platform's Ed25519 where it has one that signs as it should, else the portable one. */
export async function bestEd25519(): Promise<Ed25519> {
  const { crypto } = globalThis as { readonly crypto?: { readonly subtle?: Subtle } };
  if (!crypto?.subtle) return portable;
  const own = native(crypto.subtle);
  const [secret, message] = [new Uint8Array(KEY_BYTES), new Uint8Array(1)];
  try {
    const signature = await own.sign(secret, message);
    return (await portable.verify(portable.publicKey(secret), message, signature)) ? own : portable;
  } catch {
    return portable;
  }
}

/** What a key is called: 32 hex digits of its hash. */
export function keyIdOf(publicKey: Uint8Array): string {
  return bytesToHex(sha256(publicKey)).slice(0, 32);
}

/** What a peer signs to show that it has its key: of use in one place of one room, and nowhere else. */
export function keyProof({ room, peer, nonce }: { room: string; peer: string; nonce: string }): Uint8Array {
  return encodeUtf8(`groundswell key 1\n${room}\n${peer}\n${nonce}`);
}
