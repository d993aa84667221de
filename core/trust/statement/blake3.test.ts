import { bytesToHex } from '@noble/hashes/utils';
import { describe, expect, test } from 'vitest';
import { bestDigest, portableDigest } from './blake3.js';

/** Of BLAKE3's own test vectors (BLAKE3-team/BLAKE3, test_vectors.json): so many bytes that count up to 250 again and again. */
const VECTORS = [
  [0, 'af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262'],
  [1024, '42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7'],
  [31_744, '62b6960e1a44bcc1eb1a611a8d6235b6b4b78f32e7abc4fb4c6cdcce94895c47'],
] as const;

const absent = () => Promise.reject(new Error('no such package'));

describe.each([
  ['the processor’s own', () => bestDigest(() => import('@napi-rs/blake-hash'))],
  ['WebAssembly’s, where no package is to be had', () => bestDigest(absent)],
  ['JavaScript’s', async () => portableDigest],
])('%s', (_, open) => {
  test.each(VECTORS)('of %i bytes is what BLAKE3 says', async (length, hash) => {
    const digest = await open();
    const bytes = Uint8Array.from({ length }, (_, i) => i % 251);
    expect(bytesToHex(await digest(bytes))).toBe(hash);
  });

  test('sees the bytes of a view, and no others', async () => {
    const digest = await open();
    const bytes = Uint8Array.from({ length: 1026 }, (_, i) => (i - 1 + 251) % 251);
    expect(bytesToHex(await digest(bytes.subarray(1, 1025)))).toBe(VECTORS[1][1]);
  });
});

test('the processor’s own is there, on the machines that the tests run on, and is used', async () => {
  const { blake3 } = await import('@napi-rs/blake-hash');
  let calls = 0;
  const counted = (bytes: Uint8Array) => {
    calls += 1;
    return blake3(Buffer.from(bytes));
  };
  const digest = await bestDigest(async () => ({ blake3: counted }));
  const before = calls;
  await digest(new Uint8Array(8));
  expect(calls).toBe(before + 1);
});

test('a package that hashes otherwise is not used', async () => {
  const digest = await bestDigest(async () => ({ blake3: () => new Uint8Array(32) }));
  expect(await digest(new Uint8Array())).toEqual(portableDigest(new Uint8Array()));
});
