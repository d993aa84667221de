import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { LinkError } from '../core/errors.js';
import { Fleet } from '../test/fleet.js';
import { Coordinators } from './coordinators.js';

/** Takes connections and answers nothing, as a coordinator that hangs does. */
async function hanging(): Promise<{ readonly url: string; readonly connections: Promise<Socket> }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const connections = once(server, 'connection').then(([socket]) => socket as Socket);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, connections };
}

test('a coordinator that hangs keeps nobody from the one that took over', async () => {
  const fleet = await Fleet.start();
  onTestFinished(() => fleet.close());
  const { url, connections } = await hanging();
  const happened: string[] = [];
  const givenUp = connections
    .then((socket) => once(socket.resume(), 'close'))
    .then(() => happened.push('the one that hangs is given up'));
  const socket = await new Coordinators([url, fleet.url]).connect();
  happened.push('let in');
  socket.close();
  await givenUp;
  // It is not waited for.
  expect(happened).toEqual(['let in', 'the one that hangs is given up']);
});

test('where nobody lets a peer in, it is told of each', async () => {
  const connecting = new Coordinators(['http://127.0.0.1:9', 'http://127.0.0.1:10']).connect();
  await expect(connecting).rejects.toThrow(LinkError);
  await expect(connecting).rejects.toThrow(/127\.0\.0\.1:9: .*; .*127\.0\.0\.1:10: /);
});
