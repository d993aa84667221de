import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, expect, test } from 'vitest';
import { sdpOf, TransportEnd } from '../../core/links/end.suite.js';
import type { SignalData } from '../../core/links/transport.js';
import { transportCompliance } from '../../core/links/transport.suite.js';
import { weriftTransports } from '../werift/transport.js';
import { datachannelTransports } from './transport.js';

const factory = datachannelTransports();
const werift = weriftTransports();
afterAll(() => Promise.all([factory.close(), werift.close()]));

transportCompliance('node-datachannel and node-datachannel', async () => ({
  initiator: new TransportEnd(factory),
  answerer: new TransportEnd(factory),
}));

transportCompliance('node-datachannel and werift', async () => ({
  initiator: new TransportEnd(factory),
  answerer: new TransportEnd(werift),
}));

transportCompliance('werift and node-datachannel', async () => ({
  initiator: new TransportEnd(werift),
  answerer: new TransportEnd(factory),
}));

test('without ICE servers a description is ready at once, and names the machine alone', async () => {
  const offer = await new TransportEnd(factory).offer();
  expect(sdpOf(offer)).toMatch(/a=candidate:.* typ host/);
  expect(sdpOf(offer)).not.toContain('srflx');
});

test('a description that is none fails the attempt alone', async () => {
  for (const initiator of [true, false]) {
    const attempt = factory.connect({ initiator, iceServers: [], signal: () => {} });
    const nonsense: SignalData = { type: initiator ? 'answer' : 'offer', sdp: 'v=0\r\ns=nonsense\r\n' };
    attempt.signal(nonsense);
    await expect(attempt.opened).rejects.toMatchObject({ code: 'link' });
  }
});

test('an address that is no ICE server fails the attempt', async () => {
  const iceServers = [{ urls: 'http://stun.example' }];
  const attempt = factory.connect({ initiator: true, iceServers, signal: () => {} });
  await expect(attempt.opened).rejects.toThrow("'http://stun.example' is no ICE server");
});

test('ICE servers are asked, and those that do not answer are not waited for long', async () => {
  const { server, port, asked } = await silentServer();
  const description = new Promise<SignalData>((signal) => {
    factory.connect({
      initiator: true,
      iceServers: [
        { urls: `stun:127.0.0.1:${port}` },
        { urls: `turn:127.0.0.1:${port}?transport=udp`, username: 'who', credential: 'secret' },
        { urls: `turns:127.0.0.1:${port}?transport=tcp`, username: 'who', credential: 'secret' },
      ],
      signal,
    });
  });
  expect(sdpOf(await description)).toContain('typ host');
  expect(asked).toEqual(new Set([BINDING, ALLOCATE]));
  server.close();
});

test('a factory closes whatever its attempts have come to, and can be used again', async () => {
  const own = datachannelTransports();
  const open = async () => {
    const pair = { initiator: new TransportEnd(own), answerer: new TransportEnd(own) };
    await pair.initiator.accept(await pair.answerer.answer(await pair.initiator.offer()));
    await Promise.all([pair.initiator.opened(), pair.answerer.opened()]);
    return pair;
  };
  const { initiator, answerer } = await open();
  await new TransportEnd(own).answer(await new TransportEnd(own).offer());
  own.connect({ initiator: true, iceServers: [], signal: () => {} });
  own.connect({ initiator: false, iceServers: [], signal: () => {} });
  await own.close();
  expect(await initiator.closings()).toHaveLength(1);
  expect(await answerer.closings()).toHaveLength(1);
  await open();
  await own.close();
});

/** Types of STUN's messages, RFC 8489 and RFC 8656. */
const BINDING = 0x0001;
const ALLOCATE = 0x0003;

/** A server that notes what it is asked, and never answers. */
async function silentServer() {
  const asked = new Set<number>();
  const server = createSocket('udp4');
  server.on('message', (message) => asked.add(message.readUInt16BE(0)));
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: server.address().port, asked };
}
