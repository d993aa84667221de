import { createEncoder, toUint8Array, writeVarString, writeVarUint } from 'lib0/encoding';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs';
import { readFrame, writeAnswer, writeAwareness, writeUpdate } from '../../core/protocol/frames.js';
import { MAX_CONTROL_BYTES, PROTOCOL_VERSION } from '../../core/protocol/limits.js';
import type { ToPeer } from '../../core/protocol/messages.js';
import {
  eventually,
  type Guest,
  introduction,
  intrude,
  joinAs,
  openStage,
  type Rogue,
  type Stage,
} from '../stage.suite.js';
import { BURST_MESSAGES, MAX_FAULTS, MAX_FRAME_BYTES } from './limits.js';

const hello = { type: 'hello', version: PROTOCOL_VERSION, ...introduction };
const signal = (to: string) => ({ type: 'signal', to, link: 0, data: { type: 'offer', sdp: 'v=0' } });

let stage: Stage;
let here: string;
const guests: { close(): void }[] = [];

beforeAll(async () => {
  stage = await openStage();
  here = stage.coordinator.url;
});
afterEach(async () => {
  for (const guest of guests.splice(0)) guest.close();
  await eventually(() => expect(stage.coordinator.room('main').watchers).toBe(0));
  await eventually(() => expect(stage.conductor().members.size).toBe(0));
});
afterAll(() => stage.close());

async function guest(name: string): Promise<Guest> {
  const joined = await joinAs(name, here);
  guests.push(joined.session);
  return joined;
}

async function rogue(): Promise<Rogue> {
  const intruder = await intrude(here);
  guests.push({ close: () => intruder.socket.terminate() });
  return intruder;
}

/** An intruder that has been let in as a peer; gives its id. */
async function insider(): Promise<Rogue & { readonly id: string }> {
  const intruder = await rogue();
  intruder.socket.send(JSON.stringify(hello));
  const welcome = await eventually(() => expectType(intruder.heard, 'welcome'));
  return { ...intruder, id: welcome.peer };
}

function expectType<T extends ToPeer['type']>(
  heard: readonly ToPeer[],
  type: T,
): Extract<ToPeer, { type: T }> {
  const message = heard.find((candidate) => candidate.type === type);
  expect(message, `a message of type ${type}`).toBeDefined();
  return message as Extract<ToPeer, { type: T }>;
}

/** The rest of the room goes on: two peers see each other and signal, both ways. */
async function expectUnharmed(a: Guest, b: Guest): Promise<void> {
  const before = b.heard.length;
  a.session.send({ type: 'signal', to: b.session.peer, link: 7, data: { type: 'offer', sdp: 'still here' } });
  await eventually(() => expect(b.heard.length).toBe(before + 1));
  expect(b.heard.at(-1)).toEqual({
    type: 'signal',
    from: a.session.peer,
    link: 7,
    data: { type: 'offer', sdp: 'still here' },
  });
  expect(a.session.room.roster.has(b.session.peer)).toBe(true);
}

function awarenessOf(client: number, clock: number, state: unknown, count = 1): Uint8Array {
  const encoder = createEncoder();
  writeVarUint(encoder, count);
  writeVarUint(encoder, client);
  writeVarUint(encoder, clock);
  writeVarString(encoder, typeof state === 'string' ? state : JSON.stringify(state));
  return writeAwareness(toUint8Array(encoder));
}

describe('A room', () => {
  it('lets a peer in under a fresh id, tells the conductor, and shows it in the roster', async () => {
    const [a, b] = [await guest('a'), await guest('b')];
    expect(a.session.peer).toMatch(/^[a-z2-7]{16}$/);
    expect(b.session.peer).not.toBe(a.session.peer);
    await eventually(() => expect([...a.session.room.roster.keys()]).toContain(b.session.peer));
    expect(a.session.room.roster.get(b.session.peer)).toMatchObject({ name: 'b', state: 'idle' });
  });

  it('passes every other message on to the conductor, in order', async () => {
    const a = await guest('a');
    for (let plan = 1; plan <= 20; plan++) a.session.send({ type: 'ready', plan });
    const plans = () =>
      stage
        .conductor()
        .said.filter(({ from }) => from === a.session.peer)
        .map(({ message }) => message.type === 'ready' && message.plan);
    await eventually(() => expect(plans()).toEqual(Array.from({ length: 20 }, (_, index) => index + 1)));
  });

  it('tells the conductor when a connection is gone, goodbye or not', async () => {
    const { socket, id } = await insider();
    expect(stage.conductor().members.has(id)).toBe(true);
    socket.terminate();
    await eventually(() => expect(stage.conductor().members.has(id)).toBe(false));
  });

  it('lets the conductor dismiss a member, with a reason', async () => {
    const [a, b] = [await guest('a'), await guest('b')];
    stage.conductor().members.get(a.session.peer)?.dismiss('banned', 'it lied');
    expect(await a.ended).toEqual({ kind: 'refused', code: 'banned', reason: 'it lied' });
    await eventually(() => expect(b.session.room.roster.has(a.session.peer)).toBe(false));
  });

  it('refuses another version before it reads the rest, and says which side is behind', async () => {
    const intruder = await rogue();
    intruder.socket.send(JSON.stringify({ type: 'hello', version: PROTOCOL_VERSION + 1, unheardOf: true }));
    await intruder.closed;
    expect(expectType(intruder.heard, 'refused')).toMatchObject({
      code: 'version',
      fatal: true,
      reason: expect.stringMatching(/speaks version 1 .* speaks 2; bring the coordinator up to date/),
    });
  });

  it('names the field of a malformed message', async () => {
    const intruder = await rogue();
    intruder.socket.send(JSON.stringify({ ...hello, name: 'x'.repeat(65) }));
    const refused = await eventually(() => expectType(intruder.heard, 'refused'));
    expect(refused).toMatchObject({
      code: 'malformed',
      fatal: false,
      reason: expect.stringMatching(/^hello\.name: /),
    });
  });

  it('gives watchers the document, and takes no message from them', async () => {
    const a = await guest('a');
    const intruder = await rogue();
    const doc = new Doc();
    await eventually(() => expect(intruder.frames.length).toBeGreaterThan(0));
    const [first] = intruder.frames.map(readFrame);
    if (first?.type === 'answer') applyUpdate(doc, first.update);
    expect([...doc.getMap('roster').keys()]).toContain(a.session.peer);
    intruder.socket.send(JSON.stringify(signal(a.session.peer)));
    const refused = await eventually(() => expectType(intruder.heard, 'refused'));
    expect(refused.reason).toMatch(/say hello first/);
    expect(a.heard).toEqual([]);
    doc.destroy();
  });

  it('answers a question with what the asker lacks', async () => {
    const a = await guest('a');
    const intruder = await rogue();
    await eventually(() => expect(intruder.frames).toHaveLength(1));
    // An empty state vector: the asker has nothing.
    intruder.socket.send(new Uint8Array([0, 0, 1, 0]));
    await eventually(() => expect(intruder.frames).toHaveLength(2));
    const answer = readFrame(intruder.frames[1] ?? new Uint8Array());
    const doc = new Doc();
    if (answer.type === 'answer') applyUpdate(doc, answer.update);
    expect([...doc.getMap('roster').keys()]).toEqual([a.session.peer]);
    doc.destroy();
  });

  it('shows what a peer says of itself to the others, and takes it away with the peer', async () => {
    const [a, b] = [await guest('a'), await guest('b')];
    a.session.tell({ step: 3, doing: 'computing' });
    await eventually(() => expect(b.session.room.peers.get(a.session.peer)?.step).toBe(3));
    a.session.close();
    await eventually(() => expect(b.session.room.peers.has(a.session.peer)).toBe(false));
  });

  it('shows a newcomer what was said before it came', async () => {
    const a = await guest('a');
    a.session.tell({ step: 4, doing: 'computing' });
    const b = await guest('b');
    await eventually(() => expect(b.session.room.peers.get(a.session.peer)?.step).toBe(4));
  });

  it('does not let progress make the document grow', async () => {
    const { document } = stage.conductor();
    const progress = {
      steps: 5000,
      rate: 1,
      secondsLeft: null,
      peers: 1,
      checkpoint: 0,
      haloBytesDirect: 0,
      haloBytesRelayed: 0,
    };
    for (let step = 0; step < 5000; step++) document.setProgress({ ...progress, step });
    const intruder = await rogue();
    const whole = await eventually(() => {
      expect(intruder.frames[0]).toBeDefined();
      return intruder.frames[0];
    });
    expect(whole?.length).toBeLessThan(4000);
    document.setProgress(undefined);
  });
});

describe('A harmful client harms nobody else:', () => {
  let a: Guest;
  let b: Guest;

  async function company(): Promise<void> {
    [a, b] = [await guest('a'), await guest('b')];
    await eventually(() => expect(a.session.room.roster.has(b.session.peer)).toBe(true));
  }

  it('garbage is refused, again and again, until the connection ends', async () => {
    await company();
    const intruder = await insider();
    const garbage = ['', 'null', '[]', '{', '"x"', '{"type":"nothing"}', '{"type":"leave","more":1}'];
    for (let index = 0; index < MAX_FAULTS; index++) {
      intruder.socket.send(garbage[index % garbage.length] ?? '');
    }
    await intruder.closed;
    expect(intruder.heard.filter(({ type }) => type === 'refused')).toHaveLength(MAX_FAULTS);
    expect(intruder.heard.at(-1)).toMatchObject({ code: 'faults', fatal: true });
    await expectUnharmed(a, b);
  });

  it('binary garbage is refused the same way', async () => {
    await company();
    const intruder = await insider();
    const garbage = [
      [],
      [9],
      [0],
      [0, 0],
      [0, 7, 0],
      [0, 0, 200],
      [0, 0, 1, 255],
      [1, 3, 1],
      [1, 1, 0],
      [1, 0],
    ];
    for (const bytes of garbage) intruder.socket.send(new Uint8Array(bytes));
    for (let index = 0; index < MAX_FAULTS; index++) intruder.socket.send(new Uint8Array([0, 0, 1, 255]));
    await intruder.closed;
    await expectUnharmed(a, b);
  });

  it('an oversized message ends its connection', async () => {
    await company();
    const intruder = await insider();
    intruder.socket.send('x'.repeat(MAX_CONTROL_BYTES + 1));
    await intruder.closed;
    await expectUnharmed(a, b);
  });

  it('an oversized binary frame is refused', async () => {
    await company();
    const intruder = await insider();
    intruder.socket.send(new Uint8Array(MAX_FRAME_BYTES + 1));
    await eventually(() => expectType(intruder.heard, 'refused'));
    await expectUnharmed(a, b);
  });

  it('updates of the document are dropped, whichever way they come', async () => {
    await company();
    const intruder = await insider();
    const forged = new Doc();
    forged.getMap('roster').set(a.session.peer, { name: 'forged' });
    forged.getMap('run').set('plan', { id: 99 });
    intruder.socket.send(writeUpdate(encodeStateAsUpdate(forged)));
    intruder.socket.send(writeAnswer(forged));
    await eventually(() => expect(intruder.heard.filter(({ type }) => type === 'refused')).toHaveLength(2));
    await expectUnharmed(a, b);
    expect(b.session.room.roster.get(a.session.peer)?.name).toBe('a');
    expect(b.session.room.plan).toBeUndefined();
    forged.destroy();
  });

  it('nobody speaks for another’s awareness client, nor takes it away', async () => {
    await company();
    a.session.tell({ step: 5, doing: 'computing' });
    const intruder = await insider();
    const client = await eventually(() => {
      const frame = intruder.frames.map(readFrame).find(({ type }) => type === 'awareness');
      expect(frame).toBeDefined();
      // A count of one, then the client's id as a varuint of 7 bits a byte.
      return varuint((frame as { update: Uint8Array }).update.subarray(1));
    });
    const mine = { peer: intruder.id, step: 0, doing: 'spoofing' };
    intruder.socket.send(awarenessOf(client, 1000, null));
    intruder.socket.send(awarenessOf(client, 1000, mine));
    intruder.socket.send(awarenessOf(4242, 1, { ...mine, peer: a.session.peer }));
    intruder.socket.send(awarenessOf(4242, 1, { ...mine, doing: 'x'.repeat(2000) }));
    intruder.socket.send(awarenessOf(4242, 1, { ...mine, more: 1 }));
    intruder.socket.send(awarenessOf(4242, 1, 'no JSON'));
    intruder.socket.send(awarenessOf(4242, 1, mine, 2));
    await eventually(() => expect(intruder.heard.filter(({ type }) => type === 'refused')).toHaveLength(7));
    // Its own state does get in, once; a second client id does not.
    intruder.socket.send(awarenessOf(4242, 1, mine));
    await eventually(() => expect(b.session.room.peers.get(intruder.id)?.doing).toBe('spoofing'));
    intruder.socket.send(awarenessOf(4243, 1, mine));
    await eventually(() => expect(intruder.heard.filter(({ type }) => type === 'refused')).toHaveLength(8));
    expect(b.session.room.peers.get(a.session.peer)?.step).toBe(5);
    await expectUnharmed(a, b);
  });

  it('a signal carries the id of who sent it, whatever it claims, and reaches members alone', async () => {
    await company();
    const intruder = await insider();
    intruder.socket.send(JSON.stringify({ ...signal(b.session.peer), from: a.session.peer }));
    await eventually(() => expectType(intruder.heard, 'refused'));
    expect(b.heard).toEqual([]);
    intruder.socket.send(JSON.stringify(signal(b.session.peer)));
    await eventually(() => expect(b.heard).toHaveLength(1));
    expect(b.heard[0]).toMatchObject({ type: 'signal', from: intruder.id });
    intruder.socket.send(JSON.stringify(signal('nobodyatall')));
    await eventually(() =>
      expect(intruder.heard.at(-1)).toMatchObject({ code: 'no-such-peer', fatal: false }),
    );
    await expectUnharmed(a, b);
  });

  it('a signal does not leave its room', async () => {
    await company();
    const elsewhere = await joinAs('c', `${here}/?room=elsewhere`);
    elsewhere.session.send({ type: 'signal', to: a.session.peer, link: 0, data: { type: 'offer', sdp: '' } });
    await eventually(() => expect(elsewhere.heard.at(-1)).toMatchObject({ code: 'no-such-peer' }));
    expect(a.heard).toEqual([]);
    elsewhere.session.close();
  });

  it('a flood ends its connection', async () => {
    await company();
    const intruder = await insider();
    const message = JSON.stringify({ type: 'ready', plan: 1 });
    for (let index = 0; index < 3 * BURST_MESSAGES; index++) intruder.socket.send(message);
    await intruder.closed;
    expect(intruder.heard.at(-1)).toMatchObject({ code: 'rate', fatal: true });
    await expectUnharmed(a, b);
  });

  it('a flood of questions for the whole document ends its connection sooner', async () => {
    await company();
    const intruder = await insider();
    for (let index = 0; index < BURST_MESSAGES / 10; index++)
      intruder.socket.send(new Uint8Array([0, 0, 1, 0]));
    await intruder.closed;
    expect(intruder.heard.at(-1)).toMatchObject({ code: 'rate', fatal: true });
    await expectUnharmed(a, b);
  });

  it('a second hello gives no second member', async () => {
    await company();
    const intruder = await insider();
    const before = stage.conductor().members.size;
    intruder.socket.send(JSON.stringify(hello));
    await eventually(() => expectType(intruder.heard, 'refused'));
    expect(stage.conductor().members.size).toBe(before);
    await expectUnharmed(a, b);
  });

  it('one that no longer reads nor answers is taken for dead', async () => {
    await company();
    const intruder = await insider();
    // Paused, it answers no ping.
    intruder.socket.pause();
    await eventually(() => expect(stage.conductor().members.has(intruder.id)).toBe(false));
    await expectUnharmed(a, b);
  });

  it('a defect that it finds ends its own connection alone', async () => {
    await company();
    const intruder = await insider();
    intruder.socket.send(JSON.stringify({ type: 'failed', plan: 1, reason: 'a defect' }));
    await intruder.closed;
    expect(intruder.heard.at(-1)).toMatchObject({ code: 'internal', fatal: true });
    await expectUnharmed(a, b);
  });
});

function varuint(bytes: Uint8Array): number {
  let value = 0;
  for (const [index, byte] of bytes.entries()) {
    value += (byte & 127) * 2 ** (7 * index);
    if (byte < 128) return value;
  }
  throw new RangeError('no end');
}
