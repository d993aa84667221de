import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TransportEnd } from '../../core/links/end.suite.js';
import { RelayTransports } from '../../core/links/relay.js';
import type { SignalData } from '../../core/links/transport.js';
import { transportCompliance } from '../../core/links/transport.suite.js';
import { addressesOf } from '../../core/protocol/addresses.js';
import { type readRelayFrame, writeRelayFrame } from '../../core/protocol/frames.js';
import { MAX_FRAGMENT_BYTES, RELAY_WINDOW_BYTES } from '../../core/protocol/limits.js';
import { Session } from '../../core/protocol/session.js';
import { connectSocket } from '../../peer-node/socket.js';
import { eventually, introduction, openStage, type Stage, unheeded } from '../stage.suite.js';
import { MAX_FAULTS, MAX_RELAY_CHANNELS, RELAY_BYTES_PER_SECOND } from './limits.js';

/** A peer whose channels go through a real coordinator. */
class Peer {
  readonly relays: RelayTransports;
  readonly refusals: string[] = [];
  /** Channels that others have answered. */
  readonly answers: number[] = [];
  readonly frames: ReturnType<typeof readRelayFrame>[] = [];

  private constructor(readonly session: Session) {
    this.relays = new RelayTransports((frame) => session.relay(frame));
    session.listen({
      ...unheeded,
      heard: (message) => {
        if (message.type === 'refused') this.refusals.push(message.code);
        if (message.type === 'signal' && 'channel' in message.data) this.answers.push(message.data.channel);
      },
      relayed: (frame) => {
        this.frames.push(frame);
        this.relays.received(frame);
      },
    });
  }

  static async join(url: string): Promise<Peer> {
    return new Peer(await Session.join(() => connectSocket(addressesOf(url).socket), introduction));
  }

  /** Says a channel to be open, as an answer does. */
  answer(to: Peer, channel: number): void {
    this.session.send({ type: 'signal', to: to.session.peer, link: 1, data: { type: 'answer', channel } });
  }

  /** Resolves when the other side has the answer, by way of the coordinator. */
  async answered(to: Peer, answer: SignalData): Promise<void> {
    const channel = 'channel' in answer ? answer.channel : Number.NaN;
    const before = to.answers.length;
    this.answer(to, channel);
    await eventually(() => expect(to.answers.slice(before)).toContain(channel));
  }

  send(to: Peer, channel: number, bytes: Uint8Array): void {
    this.session.relay(writeRelayFrame({ peer: to.session.peer, channel, what: { kind: 'message', bytes } }));
  }
}

let stage: Stage;
let a: Peer;
let b: Peer;
beforeAll(async () => {
  stage = await openStage();
  [a, b] = [await Peer.join(stage.coordinator.url), await Peer.join(stage.coordinator.url)];
});
afterAll(async () => {
  for (const { session } of [a, b]) session.close();
  await stage.close();
});

/** The suite passes descriptions on by itself; that a channel is answered the coordinator has to hear. */
class RelayedEnd extends TransportEnd {
  constructor(
    private readonly self: () => Peer,
    private readonly other: () => Peer,
  ) {
    super({
      connect: (options) => self().relays.to(other().session.peer).connect(options),
      close: async () => {},
    });
  }

  override async answer(offer: Parameters<TransportEnd['answer']>[0]) {
    const answer = await super.answer(offer);
    await this.self().answered(this.other(), answer);
    return answer;
  }
}

transportCompliance(
  'relayed and relayed',
  async () => ({
    initiator: new RelayedEnd(
      () => a,
      () => b,
    ),
    answerer: new RelayedEnd(
      () => b,
      () => a,
    ),
  }),
  'relay',
);

describe('A relayed channel', () => {
  const largest = new Uint8Array(MAX_FRAGMENT_BYTES);

  it('is given up, and its sender told, where more is sent than its window holds', async () => {
    const [rogue, victim] = [await Peer.join(stage.coordinator.url), await Peer.join(stage.coordinator.url)];
    rogue.answer(victim, 7);
    for (let sent = 0; sent <= RELAY_WINDOW_BYTES; sent += largest.length) rogue.send(victim, 7, largest);
    await eventually(() => expect(rogue.refusals).toContain('malformed'));
    expect(victim.frames.length).toBeLessThanOrEqual(RELAY_WINDOW_BYTES / largest.length + 1);
    for (const { session } of [rogue, victim]) session.close();
  });

  it('cannot be used before it is answered, nor where it was not offered', async () => {
    const [one, other] = [await Peer.join(stage.coordinator.url), await Peer.join(stage.coordinator.url)];
    one.send(other, 9, largest);
    await eventually(() => expect(one.frames.map(({ what }) => what.kind)).toEqual(['end']));
    other.answer(one, 9);
    other.send(one, 9, largest);
    // It comes, but nobody had offered it.
    await eventually(() => expect(one.frames).toHaveLength(2));
    const end = { peer: one.session.peer, channel: 9, what: { kind: 'end' } };
    await eventually(() => expect(other.frames).toEqual([end]));
    for (const { session } of [one, other]) session.close();
  });

  it('is one of a bounded number', async () => {
    const [one, other] = [await Peer.join(stage.coordinator.url), await Peer.join(stage.coordinator.url)];
    for (let channel = 1; channel <= MAX_RELAY_CHANNELS; channel++) one.answer(other, channel);
    expect(one.refusals).toEqual([]);
    for (let more = 1; more < MAX_FAULTS; more++) one.answer(other, MAX_RELAY_CHANNELS + more);
    await eventually(() => expect(one.refusals).toHaveLength(MAX_FAULTS - 1));
    for (const { session } of [one, other]) session.close();
  });

  it('carries no more than its rate, however fast its ends are, and ends when one of them goes', async () => {
    const [one, other] = [await Peer.join(stage.coordinator.url), await Peer.join(stage.coordinator.url)];
    const far = new TransportEnd(other.relays.to(one.session.peer));
    const near = new TransportEnd(one.relays.to(other.session.peer));
    const answer = await far.answer(await near.offer());
    await other.answered(one, answer);
    await near.accept(answer);
    await near.opened();
    const volume = RELAY_BYTES_PER_SECOND / 2;
    const started = performance.now();
    await near.send(Array.from({ length: volume / largest.length }, () => largest.length));
    await eventually(async () => expect((await far.received()).bytes).toBe(volume));
    // The first window goes at once. Never faster; on a laden machine slower.
    const least = (1000 * (volume - 2 * RELAY_WINDOW_BYTES)) / RELAY_BYTES_PER_SECOND;
    expect(performance.now() - started).toBeGreaterThan(least);
    other.session.close();
    await eventually(async () => expect(await near.closings()).toHaveLength(1));
    one.session.close();
  });
});
