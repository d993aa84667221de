import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../errors.js';
import { addressesOf } from './addresses.js';

describe('The addresses of a room', () => {
  it('come from an invitation link', () => {
    const addresses = addressesOf('http://192.168.1.4:4000/?room=lab&invite=s3cr-et_');
    expect(addresses.room).toBe('lab');
    expect(addresses.socket).toBe('ws://192.168.1.4:4000/ws/lab?invite=s3cr-et_');
    expect(addresses.status).toBe('http://192.168.1.4:4000/api/rooms/lab?invite=s3cr-et_');
    expect(addresses.object('jobs/a/b')).toBe('http://192.168.1.4:4000/store/jobs/a/b?invite=s3cr-et_');
  });

  it('come from a bare url, and stay encrypted', () => {
    for (const link of ['https://waves.example', 'https://waves.example/']) {
      expect(addressesOf(link).socket).toBe('wss://waves.example/ws/main');
    }
  });

  it('of uploads are the coordinator’s where they are relative, and a store’s own elsewhere', () => {
    const { upload } = addressesOf('http://[::1]:4000/?invite=x');
    expect(upload('/store/a?bytes=1')).toBe('http://[::1]:4000/store/a?bytes=1');
    expect(upload('https://bucket.example/a?sig')).toBe('https://bucket.example/a?sig');
  });

  it.each(['', 'localhost:4000', 'ftp://a', 'http://', 'http://a/b/c', 'http://a b'])(
    'do not come from %j',
    (link) => {
      expect(() => addressesOf(link)).toThrow(ProtocolError);
    },
  );
});
