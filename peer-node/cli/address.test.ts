import { describe, expect, it } from 'vitest';
import { roomAddress } from '../address.js';

describe('addresses', () => {
  it('name the main room where they name none', () => {
    expect(roomAddress(new URL('http://localhost:8470'))).toEqual({
      origin: 'http://localhost:8470',
      room: 'main',
    });
  });

  it('carry the room and the right to join it in an invitation', () => {
    expect(roomAddress(new URL('https://waves.example.org/?room=lab&invite=abc'))).toEqual({
      origin: 'https://waves.example.org',
      room: 'lab',
      invite: 'abc',
    });
  });
});
