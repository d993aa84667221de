import { describe, expect, it } from 'vitest';
import { locationOf, s3Address } from './s3-address.js';

describe('The address of a store in S3', () => {
  it('needs a bucket alone, for AWS', () => {
    expect(s3Address('s3://waves')).toEqual({
      bucket: 'waves',
      prefix: '',
      addressing: 'host',
      etags: 'quoted',
      checksums: 'md5',
    });
  });

  it('names another server, and what it wants of its clients', () => {
    const address = s3Address('s3://waves/lab/2?endpoint=http://10.0.0.1:9000/&etags=bare&checksums=crc32');
    expect(address).toEqual({
      bucket: 'waves',
      prefix: 'lab/2',
      endpoint: 'http://10.0.0.1:9000',
      region: 'us-east-1',
      addressing: 'path',
      etags: 'bare',
      checksums: 'crc32',
    });
    expect(locationOf(address)).toBe('s3://waves/lab/2');
  });

  it.each([
    ['waves', /s3:\/\/bucket\/prefix/],
    ['https://waves', /s3:\/\/bucket\/prefix/],
    ['s3://key:secret@waves', /s3:\/\/bucket\/prefix/],
    ['s3://W', /a bucket has/],
    ['s3://waves/a//b', /a prefix has/],
    ['s3://waves?endpoint=s3.example.org', /an endpoint is an origin/],
    ['s3://waves?endpoint=https://s3.example.org/path', /an endpoint is an origin/],
    ['s3://waves?etags=none', /etags is quoted or bare/],
    ['s3://waves?secret=x', /secret is none of/],
  ])('%s is none, and says why', (text, why) => {
    expect(() => s3Address(text)).toThrow(why);
  });
});
