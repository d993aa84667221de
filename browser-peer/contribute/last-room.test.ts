import { expect, it } from 'vitest';
import { roomQuery } from './last-room.js';

function emptyStorage(): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  } as unknown as Storage;
}

it('an installed app opens the room that was open last', () => {
  const storage = emptyStorage();
  expect(roomQuery('?app', storage)).toBe('');
  expect(roomQuery('?room=main&invite=abc', storage)).toBe('?room=main&invite=abc');
  expect(roomQuery('?app', storage)).toBe('?room=main&invite=abc');
});

it('a browser that keeps nothing opens the room of the address', () => {
  expect(roomQuery('?room=main', undefined)).toBe('?room=main');
});
