import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addressesOf } from '../../core/protocol/addresses.js';
import { PROTOCOL_VERSION } from '../../core/protocol/limits.js';
import { type Ending, type Heard, Session } from '../../core/protocol/session.js';
import { connectSocket } from '../../peer-node/socket.js';
import { BreakableWay } from '../../test/broken-lines.js';
import { eventually, introduction, intrude, openStage, type Stage, unheeded } from '../stage.suite.js';

let stage: Stage;
let way: BreakableWay;
beforeAll(async () => {
  stage = await openStage();
  way = await BreakableWay.to(stage.coordinator.url);
});
afterAll(async () => {
  await way.close();
  await stage.close();
});

async function join() {
  const { socket } = addressesOf(stage.coordinator.url);
  const session = await Session.join(() => connectSocket(way.address(socket)), introduction);
  const heard: Heard[] = [];
  let interruptions = 0;
  const ended = new Promise<Ending>((resolve) => {
    session.listen({
      ...unheeded,
      heard: (message) => heard.push(message),
      interrupted: () => {
        interruptions += 1;
      },
      ended: resolve,
    });
  });
  return { session, heard, ended, interruptions: () => interruptions };
}

const saidBy = (peer: string) =>
  stage
    .conductor()
    .said.filter(({ from }) => from === peer)
    .map(({ message }) => (message.type === 'ready' ? message.plan : undefined));

describe('A peer whose connection breaks', () => {
  it('comes back to its place, and nothing that was said is lost or comes twice', async () => {
    const { session, heard, interruptions } = await join();
    const member = stage.conductor().members.get(session.peer);
    const numbers = Array.from({ length: 300 }, (_, index) => index + 1);
    for (const number of numbers) {
      session.send({ type: 'ready', plan: number });
      member?.send({ type: 'grant', plan: number, until: 1 });
      if (number % 60 === 0) {
        await eventually(() => expect(session.isAway).toBe(false));
        const before = interruptions();
        way.reset();
        await eventually(() => expect(interruptions()).toBeGreaterThan(before));
      }
      if (number % 30 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually(() => expect(saidBy(session.peer)).toEqual(numbers));
    await eventually(() =>
      expect(heard.map((message) => message.type === 'grant' && message.plan)).toEqual(numbers),
    );
    expect(stage.conductor().members.get(session.peer)).toBe(member);
    session.close();
  });

  it('is seen by others again, with what it says of itself', async () => {
    const [one, other] = [await join(), await join()];
    one.session.tell({ step: 7, doing: 'computing' });
    await eventually(() => expect(other.session.room.peers.get(one.session.peer)?.step).toBe(7));
    way.reset();
    await eventually(() => expect(one.interruptions()).toBe(1));
    await eventually(() => expect(other.session.room.peers.get(one.session.peer)?.step).toBe(7));
    one.session.tell({ step: 8, doing: 'computing' });
    await eventually(() => expect(other.session.room.peers.get(one.session.peer)?.step).toBe(8));
    for (const { session } of [one, other]) session.close();
  });

  it('is gone soon where it does not come back, and finds its place taken away', async () => {
    const { session, ended } = await join();
    way.silence();
    way.reset();
    await eventually(() => expect(stage.conductor().members.has(session.peer)).toBe(false));
    way.open();
    expect(await ended).toMatchObject({ kind: 'closed' });
  });
});

describe('A place', () => {
  it('is opened by its key alone', async () => {
    const { session } = await join();
    const rogue = await intrude(stage.coordinator.url);
    const resume = { peer: session.peer, key: 'guessed', heard: 0 };
    rogue.socket.send(JSON.stringify({ type: 'hello', version: PROTOCOL_VERSION, ...introduction, resume }));
    await rogue.closed;
    expect(rogue.heard).toEqual([expect.objectContaining({ type: 'refused', code: 'gone', fatal: true })]);
    session.send({ type: 'ready', plan: 1 });
    await eventually(() => expect(saidBy(session.peer)).toEqual([1]));
    session.close();
  });
});
