import { afterAll, describe, expect, test } from 'vitest';
import { sdpOf, TransportEnd } from '../../core/links/end.suite.js';
import { transportCompliance } from '../../core/links/transport.suite.js';
import { weriftTransports } from '../werift/transport.js';
import { sameMachineFirst } from './transport.js';

const near = sameMachineFirst(weriftTransports());
const far = weriftTransports();
afterAll(() => Promise.all([near.close(), far.close()]));

transportCompliance('two processes of one machine', async () => ({
  initiator: new TransportEnd(near),
  answerer: new TransportEnd(near),
}));

describe('between processes of one machine', () => {
  test('the answer says that the call has been made, and is no WebRTC', async () => {
    const [one, other] = [new TransportEnd(near), new TransportEnd(near)];
    const answer = await other.answer(await one.offer());
    expect(sdpOf(answer)).toMatch(/^a=x-groundswell-machine:\S+ \S+\r\n$/);
    await one.accept(answer);
    await Promise.all([one.opened(), other.opened()]);
    await one.close();
  });

  test.each([
    ['of another machine', 'a=x-groundswell-machine:0123456789abcdef $2'],
    ['that expects another key', `a=x-groundswell-machine:$1 ${'0'.repeat(32)}`],
    ['somewhere else', 'a=x-groundswell-machine:../etc/passwd $2'],
  ])('a call to a socket %s is not made, and WebRTC carries the link', async (_, line) => {
    const [one, other] = [new TransportEnd(near), new TransportEnd(near)];
    const sdp = sdpOf(await one.offer()).replace(/a=x-groundswell-machine:(\S+) (\S+)/, line);
    const answer = await other.answer({ type: 'offer', sdp });
    expect(sdpOf(answer)).toMatch(/^v=0/);
    await one.accept(answer);
    await Promise.all([one.opened(), other.opened()]);
    await one.send([10]);
    await expect.poll(() => other.received()).toEqual({ messages: 1, bytes: 10, fault: null });
    await one.close();
  });

  test.each([
    ['offers', near, far],
    ['answers', far, near],
  ])(
    'one that knows no sockets is linked by WebRTC, where the one that does %s',
    async (_, initiator, answerer) => {
      const [one, other] = [new TransportEnd(initiator), new TransportEnd(answerer)];
      await one.accept(await other.answer(await one.offer()));
      await Promise.all([one.opened(), other.opened()]);
      await one.close();
    },
  );

  test('a browser, and a way through a TURN server, are offered no socket', async () => {
    for (const options of [{ remote: 'browser' }, { relayOnly: true }] as const) {
      const end = new TransportEnd(near, options);
      expect(sdpOf(await end.offer())).not.toContain('x-groundswell-machine');
      await end.abandon();
    }
  });
});
