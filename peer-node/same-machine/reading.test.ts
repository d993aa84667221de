import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readInPlace } from './reading.js';

let folder: string;
let near: Socket;
let far: Socket;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'groundswell-reading-'));
  const server = createServer({ pauseOnConnect: true }).listen(join(folder, 's'));
  await once(server, 'listening');
  near = connect(join(folder, 's'));
  [far] = (await once(server, 'connection')) as [Socket];
  server.close();
});
afterEach(async () => {
  near.destroy();
  far.destroy();
  await rm(folder, { recursive: true });
});

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

/** Takes the end over, and sends it some words from the other one: what came, and in how many pieces of memory. */
async function reading(end: Socket, other: Socket) {
  const came: string[] = [];
  const memory = new Set<ArrayBufferLike>();
  const { socket } = readInPlace(end, (bytes) => {
    came.push(text(bytes));
    memory.add(bytes.buffer);
  });
  socket.resume();
  for (const word of ['one', 'two', 'three']) {
    other.write(word);
    await expect.poll(() => came.at(-1)).toBe(word);
  }
  return { socket, pieces: memory.size };
}

test('whatever comes is read into the same memory, at the end that was called and at the one that called', async () => {
  near.pause();
  const called = await reading(far, near);
  far = called.socket;
  const caller = await reading(near, far);
  near = caller.socket;
  expect([called.pieces, caller.pieces]).toEqual([1, 1]);
});

test('what had come before is there, and the end of the connection is told', async () => {
  near.write('early');
  await once(far, 'readable');
  const { socket, early } = readInPlace(far, () => {});
  far = socket;
  expect(text(early ?? new Uint8Array())).toBe('early');
  const ended = once(socket, 'close');
  socket.resume();
  near.end();
  await ended;
});
