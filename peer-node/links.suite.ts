import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest';
import { cut } from '../core/links/framing.js';
import { Links } from '../core/links/links.js';
import { type HaloMessage, type LinkMessage, writeMessage } from '../core/links/messages.js';
import { RelayTransports } from '../core/links/relay.js';
import type { Signal as LinkSignal } from '../core/links/signal.js';
import type { SignalData, Transport, TransportFactory } from '../core/links/transport.js';
import { readRelayFrame } from '../core/protocol/frames.js';
import {
  LINK_ATTEMPTS,
  LINK_MEND_MS,
  LINK_OFFER_WAIT_MS,
  LINK_TIMEOUT_MS,
  MAX_LINK_QUEUE_BYTES,
} from '../core/protocol/limits.js';

interface Signal {
  readonly from: string;
  readonly to: string;
  readonly link: number;
  readonly data: LinkSignal;
}

/** A peer whose signals go straight to the others. */
class Peer {
  readonly messages: { from: string; message: LinkMessage }[] = [];
  readonly lost: { peer: string; reason: string }[] = [];
  readonly connect: MockInstance<TransportFactory['connect']>;
  readonly relays: RelayTransports;
  readonly links: Links;

  constructor(
    readonly id: string,
    private readonly room: Room,
    private readonly factory: TransportFactory,
  ) {
    this.connect = vi.spyOn(factory, 'connect');
    this.relays = new RelayTransports((frame) => room.relay(id, frame));
    this.links = new Links({
      self: id,
      factory,
      relay: (to) => this.relays.to(to),
      iceServers: () => [],
      patience: { mendMs: LINK_MEND_MS, upgradeMs: 50 },
      send: (to, link, data) => this.room.carry({ from: id, to, link, data }),
      onMessage: (from, message) => this.messages.push({ from, message }),
      onLost: (peer, reason) => this.lost.push({ peer, reason }),
    });
  }

  /** The channel that it has opened or answered last. */
  async channel(): Promise<Transport> {
    const attempt = this.connect.mock.results.at(-1);
    if (attempt?.type !== 'return') throw new Error('nothing was connected');
    return attempt.value.opened;
  }

  async close(): Promise<void> {
    this.links.close();
    await this.factory.close();
  }
}

class Room {
  readonly signals: Signal[] = [];
  /** The one way between these peers is by way of the room. */
  onlyByRelay = false;
  /** Changes what is carried. */
  garble = (signal: Signal): Signal => signal;
  readonly #peers = new Map<string, Peer>();
  readonly #all: Peer[] = [];

  constructor(private readonly newFactory: () => TransportFactory) {}

  join(id: string): Peer {
    const peer = new Peer(id, this, this.newFactory());
    this.#peers.set(id, peer);
    this.#all.push(peer);
    return peer;
  }

  carry(given: Signal): void {
    const signal = this.garble(given);
    this.signals.push(signal);
    if (this.onlyByRelay && 'sdp' in signal.data) return;
    setImmediate(() => this.#peers.get(signal.to)?.links.signalled(signal.from, signal.link, signal.data));
  }

  /** As a coordinator does, without its limits. */
  relay(from: string, bytes: Uint8Array): void {
    const { peer, ...frame } = readRelayFrame(bytes);
    setImmediate(() => this.#peers.get(peer)?.relays.received({ peer: from, ...frame }));
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((peer) => peer.close()));
  }
}

const halo = (step: number, length: number): HaloMessage => {
  const content = new Uint8Array(Float32Array.from({ length }, (_, i) => Math.sin(step + i)).buffer);
  return {
    type: 'halo',
    plan: 1,
    step,
    from: 0,
    rate: 0,
    parcel: { coding: 'plain', quiet: [false], content },
  };
};

/** Compares what is long as bytes: quick. */
const same = (a: LinkMessage, b: LinkMessage) =>
  contentOf(a).equals(contentOf(b)) && isDeepStrictEqual(withoutContent(a), withoutContent(b));
const contentOf = (message: LinkMessage) => {
  const { buffer, byteOffset, byteLength } = longPartOf(message);
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
};
const longPartOf = (message: LinkMessage) => {
  if (message.type === 'halo') return message.parcel.content;
  return message.type === 'state' || message.type === 'copy' ? message.cells : new Uint8Array();
};
const withoutContent = (message: LinkMessage) =>
  message.type === 'halo'
    ? { ...message, parcel: { ...message.parcel, content: 0 } }
    : { ...message, cells: 0 };

/** What Links does over every implementation of Transport in Node. */
export function linksOver(name: string, newFactory: () => TransportFactory): void {
  let room: Room;
  beforeEach(() => {
    room = new Room(newFactory);
  });
  afterEach(() => room.close());

  const linkedPair = async () => {
    const [a, b] = [room.join('aaaa'), room.join('bbbb')];
    await Promise.all([a.links.to('bbbb'), b.links.to('aaaa')]);
    return { a, b };
  };

  describe(`${name}: peers with links`, () => {
    test('are three, all linked with one connection a pair, whoever asks first', async () => {
      const ids = ['aaaa', 'bbbb', 'cccc'];
      const peers = ids.map((id) => room.join(id));
      const pairs = peers.flatMap((peer) => ids.filter((id) => id !== peer.id).map((id) => ({ peer, id })));
      const links = await Promise.all(pairs.map(({ peer, id }) => peer.links.to(id)));
      await Promise.all(links.map((link, i) => link.send(halo(i, 100))));
      for (const peer of peers) {
        await expect.poll(() => new Set(peer.messages.map(({ from }) => from)).size).toBe(2);
        expect(peer.connect).toHaveBeenCalledTimes(2);
      }
      expect(room.signals).toHaveLength(6);
    });

    test('exchange halos of 5 MB at once, every cell intact, followed by what was sent after', async () => {
      const { a, b } = await linkedPair();
      const messages = [halo(1, 1_250_000), halo(2, 3), halo(3, 0)];
      const sends = [await a.links.to('bbbb'), await b.links.to('aaaa')].flatMap((link) =>
        messages.map((message) => link.send(message)),
      );
      await Promise.all(sends);
      for (const { messages: received } of [a, b]) {
        await expect.poll(() => received.length, { timeout: 20_000 }).toBe(3);
        expect(received.every(({ message }, i) => same(message, messages[i] as LinkMessage))).toBe(true);
      }
      expect((await a.links.to('bbbb')).stats()).toMatchObject({ path: 'direct' });
    });

    test('end what they have with one that has left the room, and only that', async () => {
      const { a, b } = await linkedPair();
      const c = room.join('cccc');
      await Promise.all([a, b].flatMap(({ id, links }) => [links.to('cccc'), c.links.to(id)]));
      const toB = await a.links.to('bbbb');
      await b.close();
      const waiting = toB.send(halo(1, 1));
      a.links.keepOnly(new Set(['aaaa', 'cccc']));
      await expect(waiting).rejects.toMatchObject({ code: 'link' });
      expect(a.lost).toEqual([]);
      await (await a.links.to('cccc')).send(halo(1, 1));
      await expect.poll(() => c.messages.length).toBe(1);
    });

    test('link again with one that has started again, under a higher number', async () => {
      const { a, b } = await linkedPair();
      const again = room.join('bbbb');
      await b.close();
      await expect
        .poll(async () => {
          await (await a.links.to('bbbb')).send(halo(1, 1)).catch(() => {});
          return again.messages.length;
        })
        .toBeGreaterThan(0);
      const [first, second] = room.signals.filter(({ data }) => data.type === 'offer');
      expect(second?.link).toBeGreaterThan(first?.link ?? Number.POSITIVE_INFINITY);
    });

    test('take a new offer in place of an open link: the other has started again', async () => {
      const { a, b } = await linkedPair();
      const old = await b.links.to('aaaa');
      a.links.close();
      const again = room.join('aaaa');
      await (await again.links.to('bbbb')).send(halo(1, 1));
      await expect.poll(() => b.messages.length).toBe(1);
      const link = await b.links.to('aaaa');
      expect(link).not.toBe(old);
      await link.send(halo(2, 2));
      await expect.poll(() => again.messages.length).toBe(1);
      expect(b.lost).toEqual([]);
    });

    test('ignore signals of an attempt that is past', async () => {
      const { a, b } = await linkedPair();
      const link = await b.links.to('aaaa');
      for (const { to, from, link: number, data } of [...room.signals]) {
        const peer = to === 'aaaa' ? a : b;
        peer.links.signalled(from, number, data);
        peer.links.signalled(from, number - 1, data);
      }
      expect(b.connect).toHaveBeenCalledTimes(1);
      expect(await b.links.to('aaaa')).toBe(link);
      await link.send(halo(1, 1));
      await expect.poll(() => a.messages.length).toBe(1);
    });

    test.each(['aaaa', 'bbbb'])(
      'go on where they were when %s loses the channel in the midst of a message',
      async (loser) => {
        const { a, b } = await linkedPair();
        const [toB, toA] = [await a.links.to('bbbb'), await b.links.to('aaaa')];
        for (let round = 0; round < 3; round++) {
          a.messages.length = b.messages.length = 0;
          const messages = [halo(1, 60_000), halo(2, 10), halo(3, 60_000)];
          const sent = messages.flatMap((message) => [toB.send(message), toA.send(message)]);
          (await (loser === 'aaaa' ? a : b).channel()).close();
          await Promise.all(sent);
          for (const { messages: received } of [a, b]) {
            await expect.poll(() => received.length, { timeout: 10_000 }).toBe(3);
            expect(received.every(({ message }, i) => same(message, messages[i] as LinkMessage))).toBe(true);
          }
        }
        expect([await a.links.to('bbbb'), await b.links.to('aaaa')]).toEqual([toB, toA]);
        expect([...a.lost, ...b.lost]).toEqual([]);
      },
    );

    test('drop one that sends what is no message, and keep the others', async () => {
      const { b } = await linkedPair();
      const factory = newFactory();
      const attempt = factory.connect({
        initiator: true,
        iceServers: [],
        signal: (data) => b.links.signalled('abad', 1, data),
      });
      const carry = vi
        .spyOn(room, 'carry')
        .mockImplementation(({ data }) => attempt.signal(data as SignalData));
      const transport = await attempt.opened;
      carry.mockRestore();
      const [greeting] = cut(writeMessage({ type: 'greeting', session: 0 }), 0, 100);
      transport.send(greeting ?? new Uint8Array());
      await b.links.to('abad');
      transport.send(new Uint8Array(100).fill(255));
      await expect
        .poll(() => b.lost)
        .toEqual([{ peer: 'abad', reason: expect.stringContaining('version 255') }]);
      await (await b.links.to('aaaa')).send(halo(1, 1));
      await factory.close();
    });

    test('try again, both of them, when an attempt fails, and ignore its late answers', async () => {
      const [a, b] = [room.join('aaaa'), room.join('bbbb')];
      const nonsense: SignalData = { type: 'answer', sdp: 'v=0\r\n' };
      let failed: number | undefined;
      room.garble = (signal) => {
        if (failed === undefined && signal.data.type === 'answer') {
          failed = signal.link;
          return { ...signal, data: nonsense };
        }
        if (failed !== undefined) a.links.signalled('bbbb', failed, nonsense);
        return signal;
      };
      const [, toA] = await Promise.all([a.links.to('bbbb'), b.links.to('aaaa')]);
      await toA.send(halo(1, 1));
      await expect.poll(() => a.messages.length).toBe(1);
      expect(failed).toBeDefined();
      expect(a.connect).toHaveBeenCalledTimes(2);
      expect(b.connect).toHaveBeenCalledTimes(2);
    });

    test('hold a bounded number of bytes for one that is slow', async () => {
      const { a } = await linkedPair();
      const link = await a.links.to('bbbb');
      // Three of these are more than a link holds. Their memory is never touched.
      const message = halo(1, 0);
      const content = new Uint8Array(MAX_LINK_QUEUE_BYTES / 2.5);
      const large = { ...message, parcel: { ...message.parcel, content } };
      const outcomes = Promise.allSettled([link.send(large), link.send(large), link.send(large)]);
      await expect(link.send(large)).rejects.toThrow('wait for this link');
      link.end('the test ends');
      for (const { status } of await outcomes) expect(status).toBe('rejected');
    });

    test('that have no direct way go by relay, until they have one', async () => {
      room.onlyByRelay = true;
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      const [a, b] = [room.join('aaaa'), room.join('bbbb')];
      const links = Promise.all([a.links.to('bbbb'), b.links.to('aaaa')]);
      await vi.advanceTimersByTimeAsync(LINK_ATTEMPTS * LINK_TIMEOUT_MS);
      vi.useRealTimers();
      const [toB, toA] = await links;
      const message = halo(1, 300_000);
      await Promise.all([toB.send(message), toA.send(message)]);
      expect(toB.stats().path).toBe('relay');
      room.onlyByRelay = false;
      await expect
        .poll(() => [toB.stats().path, toA.stats().path], { timeout: 30_000 })
        .toEqual(['direct', 'direct']);
      await Promise.all([toB.send(halo(2, 5)), toA.send(halo(2, 5))]);
      for (const { messages } of [a, b]) {
        await expect
          .poll(() => messages.map(({ message }) => message.type === 'halo' && message.step))
          .toEqual([1, 2]);
        expect(same(messages[0]?.message ?? halo(0, 0), message)).toBe(true);
      }
      expect([...a.lost, ...b.lost]).toEqual([]);
    });

    test('have no link to themselves', async () => {
      await expect(room.join('aaaa').links.to('aaaa')).rejects.toMatchObject({ code: 'link' });
    });
  });

  describe(`${name}: a peer that cannot be reached`, () => {
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    test('is offered a few links, each under a new number, then given up', async () => {
      const a = room.join('aaaa');
      const link = a.links.to('bbbb');
      for (let tries = 1; tries <= LINK_ATTEMPTS; tries++) {
        expect(a.connect).toHaveBeenCalledTimes(tries);
        await vi.advanceTimersByTimeAsync(LINK_TIMEOUT_MS);
      }
      // Not by relay either.
      await vi.advanceTimersByTimeAsync(LINK_TIMEOUT_MS);
      await expect(link).rejects.toMatchObject({ code: 'link' });
      expect(a.connect).toHaveBeenCalledTimes(LINK_ATTEMPTS);
    });

    test('is waited for, for a while, by the side that is to answer', async () => {
      const b = room.join('bbbb');
      const link = b.links.to('aaaa');
      await vi.advanceTimersByTimeAsync(LINK_OFFER_WAIT_MS);
      await expect(link).rejects.toMatchObject({ code: 'link' });
      expect(b.connect).not.toHaveBeenCalled();
    });
  });
}
