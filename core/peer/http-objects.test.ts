import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StoreError, StoreUnavailableError } from '../errors.js';
import { httpObjects } from './http-objects.js';
import type { Objects } from './objects.js';

let server: Server;
let objects: Objects;
let asked: number;

beforeEach(async () => {
  asked = 0;
  server = createServer((request, response) => {
    if (request.url === '/gone') response.writeHead(404).end('no such object');
    else if (request.url === '/busy' && asked++ === 0) response.writeHead(503).end('slow down');
    else if (request.url === '/busy') response.end('bytes');
    else if (request.url === '/expired') response.writeHead(403).end('expired');
    else if (request.url === '/slow') response.writeHead(400).end('<Code>RequestTimeout</Code>');
    else if (request.url === '/cut') response.writeHead(400).end('<Code>IncompleteBody</Code>');
    else if (request.url?.startsWith('/wrong?')) response.writeHead(400).end('another length');
    else if (request.url === '/full') response.writeHead(507).end('the disk is full');
    else if (request.url === '/half') response.writeHead(200, { 'content-length': '10' }).write('half');
    else if (request.url === '/there') response.end('bytes');
    // Anything else is never answered.
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  objects = httpObjects(
    fetch,
    { object: (key) => `${origin}/${key}`, upload: (url) => origin + url },
    { stalledAfterMs: 300, tries: 2, pause: async () => {} },
  );
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

test('an object is its bytes, and one that is not there is undefined', async () => {
  expect(await objects.get('there')).toEqual(new TextEncoder().encode('bytes'));
  expect(await objects.get('gone')).toBeUndefined();
});

test('a refusal says what the store said', async () => {
  await expect(objects.put('/full', new Uint8Array(3), { md5: 'm' })).rejects.toThrow(
    '507 for /full: the disk is full',
  );
});

test('reading is tried again where the store is overloaded', async () => {
  expect(await objects.get('busy')).toEqual(new TextEncoder().encode('bytes'));
});

test('a write that may succeed later or at a fresh address is told from one that is refused', async () => {
  await expect(objects.put('/expired', new Uint8Array(3), { md5: 'm' })).rejects.toThrow(
    StoreUnavailableError,
  );
  await expect(objects.put('/busy', new Uint8Array(3), { md5: 'm' })).rejects.toThrow(StoreUnavailableError);
  await expect(objects.put('/slow', new Uint8Array(3), { md5: 'm' })).rejects.toThrow(StoreUnavailableError);
  await expect(objects.put('/cut', new Uint8Array(3), { md5: 'm' })).rejects.toThrow(StoreUnavailableError);
  const refused = objects.put('/wrong?signature=s', new Uint8Array(3), { md5: 'm' });
  await expect(refused).rejects.toThrow('the store answered 400 for /wrong: another length');
  await expect(refused).rejects.not.toThrow(StoreUnavailableError);
});

test.each(['nothing', 'half'])('a store that stalls (%s) is an error, not a wait for ever', async (key) => {
  await expect(objects.get(key)).rejects.toThrow(StoreError);
  await expect(objects.put(`/${key}`, new Uint8Array(3), { md5: 'm' })).rejects.toThrow(StoreError);
});
