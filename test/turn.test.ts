import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { IceDesk } from '../coordinator/room/ice-desk.js';
import { TransportEnd } from '../core/links/end.suite.js';
import type { ConnectOptions } from '../core/links/transport.js';
import type { Driven } from '../core/links/transport.suite.js';
import { datachannelTransports } from '../peer-node/datachannel/transport.js';
import { weriftTransports } from '../peer-node/werift/transport.js';
import { launchTabs, type Tab, type Tabs } from './browser-transport.js';

const COTURN = '/usr/bin/turnserver';
const SECRET = 'known to the TURN server and the coordinator';
const LOOPBACK = '127.0.0.1';

/** coturn on a free port of the loopback. */
async function startCoturn(folder: string): Promise<{ server: ChildProcess; port: number }> {
  const port = await freePort();
  const server = spawn(
    COTURN,
    [
      ...['-n', '-L', LOOPBACK, '-p', String(port), '--use-auth-secret', `--static-auth-secret=${SECRET}`],
      ...[
        '-r',
        'groundswell',
        '--no-tls',
        '--no-dtls',
        '--no-cli',
        '--allow-loopback-peers',
        '--log-file',
        'stdout',
      ],
      ...['--simple-log', '--pidfile', join(folder, 'pid'), '--userdb', join(folder, 'db')],
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  await answers(port);
  server.stdout?.resume();
  return { server, port };
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, LOOPBACK);
  await once(socket, 'listening');
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(resolve));
  return port;
}

/** Resolves when a STUN server answers there: a binding request of RFC 8489, asked again and again. */
async function answers(port: number): Promise<void> {
  const socket = createSocket('udp4');
  const request = Buffer.from('000100002112a442000000000000000000000001', 'hex');
  const ask = setInterval(() => socket.send(request, port, LOOPBACK), 50);
  await once(socket, 'message');
  clearInterval(ask);
  socket.close();
}

describe.runIf(existsSync(COTURN))('through a TURN server alone, with credentials of the coordinator', () => {
  const factories = { werift: weriftTransports(), datachannel: datachannelTransports() };
  let folder: string;
  let coturn: Awaited<ReturnType<typeof startCoturn>>;
  let tabs: Tabs;
  let tab: Tab;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'groundswell-turn-'));
    [coturn, tabs] = await Promise.all([startCoturn(folder), launchTabs()]);
    tab = await tabs.open();
  });
  afterAll(async () => {
    await tabs.close();
    await Promise.all(Object.values(factories).map((factory) => factory.close()));
    coturn.server.kill();
    await once(coturn.server, 'exit');
    await rm(folder, { recursive: true });
  });

  const options = (secret: string): Partial<ConnectOptions> => {
    const urls = `turn:${LOOPBACK}:${coturn.port}?transport=udp`;
    const desk = new IceDesk({ servers: [{ urls }], turnSecret: secret });
    return { iceServers: desk.serversFor('abcd', Date.now()), relayOnly: true };
  };
  const makers: Record<string, (with_: Partial<ConnectOptions>) => Promise<Driven>> = {
    werift: async (with_) => new TransportEnd(factories.werift, with_),
    datachannel: async (with_) => new TransportEnd(factories.datachannel, with_),
    'simple-peer': (with_) => tab.newEnd(with_),
  };

  test.each([
    ['werift', 'werift'],
    ['datachannel', 'datachannel'],
    ['werift', 'datachannel'],
    ['simple-peer', 'werift'],
    ['datachannel', 'simple-peer'],
  ])('%s links to %s, and knows that it is relayed', async (one, other) => {
    const initiator = (await makers[one]?.(options(SECRET))) as Driven;
    const answerer = (await makers[other]?.(options(SECRET))) as Driven;
    await initiator.accept(await answerer.answer(await initiator.offer()));
    await Promise.all([initiator.opened(), answerer.opened()]);
    await initiator.send([1000, 16_384]);
    await expect.poll(() => answerer.received()).toEqual({ messages: 2, bytes: 17_384, fault: null });
    expect(await initiator.stats()).toMatchObject({ path: 'relay' });
    await initiator.close();
  });

  test.each(['werift', 'datachannel', 'simple-peer'])(
    '%s finds no way with credentials that are none',
    async (name) => {
      const end = (await makers[name]?.(options('guessed'))) as Driven;
      const offer = await end.offer();
      expect('sdp' in offer && offer.sdp).not.toContain('typ relay');
      await end.abandon();
    },
  );
});
