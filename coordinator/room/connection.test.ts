import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { Connection } from './connection.js';
import { MAX_BACKLOG_BYTES } from './limits.js';

const server = createServer();
const sockets = new WebSocketServer({ server });
let client: WebSocket;
let connection: Connection;
let closed: Promise<void>;

beforeEach(async () => {
  if (!server.listening) await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const accepted = new Promise<WebSocket>((resolve) => sockets.once('connection', resolve));
  client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await new Promise((resolve) => client.once('open', resolve));
  const socket = await accepted;
  closed = new Promise((resolve) => {
    connection = new Connection(socket, {
      text: () => {},
      bytes: () => {},
      relayed: () => {},
      closed: () => resolve(),
    });
  });
});
afterEach(async () => {
  client.terminate();
  await closed;
  await new Promise((resolve) => server.close(resolve));
});

describe('A connection', () => {
  it('is cut off when its reader lags too far behind', async () => {
    client.pause();
    const frame = new Uint8Array(1024 * 1024);
    // What the two systems’ own buffers take comes on top.
    for (let sent = 0; sent < 4 * MAX_BACKLOG_BYTES; sent += frame.length) connection.send(frame);
    await closed;
  });

  it('is cut off when it leaves beats unanswered, and not when it answers', async () => {
    for (let beat = 0; beat < 20; beat++) {
      const answered = new Promise((resolve) => client.once('ping', resolve));
      connection.beat();
      await answered;
      await roundTrip();
    }
    expect(client.readyState).toBe(WebSocket.OPEN);
    client.pause();
    for (let beat = 0; beat < 5; beat++) connection.beat();
    await closed;
  });

  it('says why before it dismisses, and nothing after', async () => {
    const messages: string[] = [];
    client.on('message', (data) => messages.push(data.toString()));
    connection.dismiss('full', 'no room');
    connection.send('nothing');
    connection.dismiss('again', 'still no room');
    await closed;
    expect(messages.map((message) => JSON.parse(message))).toEqual([
      { type: 'refused', code: 'full', reason: 'no room', fatal: true },
    ]);
  });
});

/** Until what the client sent before has been read by the server. */
async function roundTrip(): Promise<void> {
  const back = new Promise((resolve) => client.once('pong', resolve));
  client.ping();
  await back;
}
