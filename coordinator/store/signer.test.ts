import { describe, expect, it } from 'vitest';
import { UPLOAD_VALID_MS } from '../../core/protocol/limits.js';
import { type SignedUpload, UploadSigner } from './signer.js';

const secret = new Uint8Array(32).fill(7);

function signed(signer: UploadSigner, key: string, bytes: number, sha256?: string): SignedUpload {
  const url = new URL(signer.address(key, bytes, sha256), 'http://localhost');
  const get = (name: string) => url.searchParams.get(name) ?? '';
  return {
    key: url.pathname.slice('/store/'.length),
    bytes: Number(get('bytes')),
    sha256: get('sha256'),
    until: Number(get('until')),
    signature: get('signature'),
  };
}

describe('A signed upload address', () => {
  it('is valid until its time is over', () => {
    let now = 1000;
    const signer = new UploadSigner(secret, () => now);
    const upload = signed(signer, 'a/b', 12);
    now += UPLOAD_VALID_MS;
    expect(signer.verify(upload)).toBe('valid');
    now += 1;
    expect(signer.verify(upload)).toBe('expired');
  });

  it('is bound to the bytes that were named', () => {
    const signer = new UploadSigner(secret);
    const upload = signed(signer, 'a/b', 12, 'named+/=');
    expect(signer.verify(upload)).toBe('valid');
    for (const sha256 of ['', 'other']) expect(signer.verify({ ...upload, sha256 })).toBe('forged');
  });

  it('is bound to its key, its length, its time and its signer', () => {
    const signer = new UploadSigner(secret);
    const upload = signed(signer, 'a/b', 12);
    expect(signer.verify(upload)).toBe('valid');
    expect(signer.verify({ ...upload, key: 'a/c' })).toBe('forged');
    expect(signer.verify({ ...upload, bytes: 13 })).toBe('forged');
    expect(signer.verify({ ...upload, until: upload.until + 1 })).toBe('forged');
    expect(signer.verify({ ...upload, signature: '' })).toBe('forged');
    expect(signer.verify({ ...upload, signature: `${upload.signature}AAAA` })).toBe('forged');
    expect(signer.verify({ ...upload, sha256: 'other' })).toBe('forged');
    expect(new UploadSigner(new Uint8Array(32)).verify(upload)).toBe('forged');
  });
});
