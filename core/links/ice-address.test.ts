import { expect, test } from 'vitest';
import { readIceAddress } from './ice-address.js';

const plain = { scheme: 'stun', isSecure: false, host: 'a.example', port: 3478, transport: 'udp' };

test.each([
  ['stun:a.example', plain],
  ['STUN:a.example:19302', { ...plain, port: 19302 }],
  ['turn:a.example?transport=tcp', { ...plain, scheme: 'turn', transport: 'tcp' }],
  ['turns:a.example', { ...plain, scheme: 'turn', isSecure: true, port: 5349, transport: 'tcp' }],
  ['turn:[2001:db8::1]:3479', { ...plain, scheme: 'turn', host: '2001:db8::1', port: 3479 }],
])('%s is an ICE server', (urls, address) => {
  expect(readIceAddress(urls)).toEqual(address);
});

test.each(['', 'a.example', 'http://a.example', 'stun:', 'turn://a.example', 'turn:who:secret@a.example'])(
  '%j is none',
  (urls) => {
    expect(readIceAddress(urls)).toBeUndefined();
  },
);
