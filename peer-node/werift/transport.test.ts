import { afterAll, expect, test } from 'vitest';
import { sdpOf, TransportEnd } from '../../core/links/end.suite.js';
import type { SignalData } from '../../core/links/transport.js';
import { transportCompliance } from '../../core/links/transport.suite.js';
import { weriftTransports } from './transport.js';

const factory = weriftTransports();
afterAll(() => factory.close());

transportCompliance('werift and werift', async () => ({
  initiator: new TransportEnd(factory),
  answerer: new TransportEnd(factory),
}));

const openSockets = () =>
  process.getActiveResourcesInfo().filter((resource) => resource === 'UDPWrap').length;

test('without ICE servers a description is ready at once: no public server is asked', async () => {
  const own = weriftTransports();
  const offer = await new TransportEnd(own).offer();
  expect(sdpOf(offer)).toMatch(/a=candidate:.* 127\.0\.0\.1 \d+ typ host/);
  expect(sdpOf(offer)).not.toContain('srflx');
  await own.close();
});

test('a closed factory leaves no socket, whatever its attempts had come to', async () => {
  await factory.close();
  await expect.poll(openSockets).toBe(0);
  const pair = { initiator: new TransportEnd(factory), answerer: new TransportEnd(factory) };
  await pair.initiator.accept(await pair.answerer.answer(await pair.initiator.offer()));
  await Promise.all([pair.initiator.opened(), pair.answerer.opened()]);
  await new TransportEnd(factory).answer(await new TransportEnd(factory).offer());
  factory.connect({ initiator: true, iceServers: [], signal: () => {} });
  expect(openSockets()).toBeGreaterThan(0);
  await factory.close();
  await expect.poll(openSockets).toBe(0);
});

test('a description that is none fails the attempt alone', async () => {
  const attempt = factory.connect({ initiator: false, iceServers: [], signal: () => {} });
  const nonsense: SignalData = { type: 'offer', sdp: 'v=0\r\ns=nonsense\r\n' };
  attempt.signal(nonsense);
  await expect(attempt.opened).rejects.toMatchObject({ code: 'link' });
});
