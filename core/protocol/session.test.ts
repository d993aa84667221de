import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { Doc } from 'yjs';
import {
  eventually,
  introduction,
  joinAs,
  openStage,
  type Stage,
  unheeded,
} from '../../coordinator/stage.suite.js';
import { connectSocket } from '../../peer-node/socket.js';
import { addressesOf } from './addresses.js';
import { writeAnswer } from './frames.js';
import { PROTOCOL_VERSION } from './limits.js';
import type { ToPeer } from './messages.js';
import type { Plan } from './plan.js';
import { type Ending, type Heard, RefusedError, Session, watchRoom } from './session.js';

const plan: Plan = {
  id: 1,
  job: 'ripple',
  from: 0,
  source: { kind: 'initial' },
  exchangeEvery: 1,
  epoch: 4,
  shards: [{ peer: 'abcd', box: { lo: [0, 0, 0], hi: [1, 8, 8] } }],
};

/** The frame of a document whose plan is a word. */
function planUpdate(): Uint8Array {
  const doc = new Doc();
  doc.getMap('run').set('plan', 'x');
  return writeAnswer(doc);
}

let stage: Stage;
let url: string;
beforeAll(async () => {
  stage = await openStage();
  url = stage.coordinator.url;
});
afterAll(() => stage.close());

describe('A session', () => {
  it('follows the document, and gives the same object until it changes', async () => {
    const { session } = await joinAs('a', url);
    const { document } = stage.conductor();
    document.setPlan(plan);
    await eventually(() => expect(session.room.plan).toEqual(plan));
    const seen = session.room.plan;
    document.setProgress({
      step: 3,
      steps: 10,
      rate: 5,
      secondsLeft: null,
      peers: 1,
      checkpoint: 0,
      haloBytesDirect: 0,
      haloBytesRelayed: 0,
    });
    document.setJob({ id: 'ripple', file: { name: 'ripple' }, state: 'running' });
    await eventually(() => expect(session.room.job?.state).toBe('running'));
    expect(session.room.progress?.step).toBe(3);
    expect(session.room.plan).toBe(seen);
    document.setPlan({ ...plan, id: 2 });
    await eventually(() => expect(session.room.plan?.id).toBe(2));
    document.setPlan(undefined);
    await eventually(() => expect(session.room.plan).toBeUndefined());
    session.close();
  });

  it('hears a message after the change of the document that was made before it', async () => {
    const session = await Session.join(() => connectSocket(addressesOf(url).socket), introduction);
    const plans: (number | undefined)[] = [];
    const member = stage.conductor().members.get(session.peer);
    for (let id = 1; id <= 50; id++) {
      stage.conductor().document.setPlan({ ...plan, id });
      member?.send({ type: 'grant', plan: id, until: 1 });
    }
    session.listen({
      ...unheeded,
      heard: (message) => {
        if (message.type === 'grant')
          plans.push(session.room.plan?.id === message.plan ? message.plan : undefined);
      },
    });
    await eventually(() => expect(plans).toHaveLength(50));
    expect(plans).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    session.close();
  });

  it('keeps what came before anyone listened', async () => {
    const session = await Session.join(() => connectSocket(addressesOf(url).socket), introduction);
    const member = stage.conductor().members.get(session.peer);
    member?.send({ type: 'released' });
    member?.dismiss('done', 'that was all');
    await eventually(() => expect(stage.conductor().members.has(session.peer)).toBe(false));
    const told: (Heard['type'] | Ending)[] = [];
    session.listen({
      ...unheeded,
      heard: ({ type }) => told.push(type),
      ended: (ending) => told.push(ending),
    });
    await eventually(() => expect(told).toHaveLength(3));
    expect(told).toEqual(['released', 'refused', { kind: 'refused', code: 'done', reason: 'that was all' }]);
  });

  it('may be closed twice, and says nothing after', async () => {
    const { session, ended } = await joinAs('a', url);
    session.close();
    session.close();
    session.tell({ step: 0, doing: 'nothing' });
    session.send({ type: 'leave' });
    expect(await ended).toEqual({ kind: 'closed', reason: 'closed here' });
  });

  it('is not had from where nobody listens', async () => {
    await expect(connectSocket('ws://127.0.0.1:1/ws/main')).rejects.toThrow(
      /cannot reach the coordinator at 127/,
    );
  });

  it('can be watched without joining', async () => {
    const { session } = await joinAs('a', url);
    const watching = watchRoom(await connectSocket(addressesOf(url).socket), {
      changed: () => {},
      ended: () => {},
    });
    await eventually(() => expect(watching.room.roster.has(session.peer)).toBe(true));
    session.tell({ step: 1, doing: 'computing', battery: 0.5 });
    await eventually(() => expect(watching.room.peers.get(session.peer)?.battery).toBe(0.5));
    expect(stage.conductor().members.size).toBe(1);
    session.close();
    await eventually(() => expect(watching.room.peers.size).toBe(0));
    watching.close();
  });
});

describe('A coordinator that speaks otherwise', () => {
  /** Answers the first message with `answers`. */
  async function joinOne(answers: readonly (string | Uint8Array)[]) {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await new Promise((resolve) => server.once('listening', resolve));
    server.on('connection', (socket) => {
      socket.once('message', () => {
        for (const answer of answers) socket.send(answer);
      });
    });
    try {
      const { port } = server.address() as { port: number };
      const session = await Session.join(() => connectSocket(`ws://127.0.0.1:${port}`), introduction);
      return await new Promise<Ending>((resolve) => {
        session.listen({
          ...unheeded,
          changed: () => {},
          heard: () => {},
          ended: resolve,
        });
      });
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  }
  const text = (message: ToPeer) => JSON.stringify(message);
  const welcome = text({
    type: 'welcome',
    version: PROTOCOL_VERSION,
    peer: 'abcd',
    room: 'main',
    iceServers: [],
    nonce: 'n',
    key: 'k',
    heard: 0,
  });

  it('is left before the welcome with its reason', async () => {
    const refusal = text({ type: 'refused', code: 'version', reason: 'too old', fatal: true });
    await expect(joinOne([refusal, 'no JSON'])).rejects.toThrow(RefusedError);
    await expect(joinOne(['no JSON'])).rejects.toThrow(/bring both to one version/);
  });

  it.each<[string, string | Uint8Array]>([
    ['a message of no known type', '{"type":"dance"}'],
    ['a message with a field too many', '{"type":"released","now":true}'],
    ['a frame that is none', new Uint8Array([5])],
    ['a frame that is cut off', new Uint8Array([0, 2, 100])],
    ['an update that is none', new Uint8Array([0, 2, 3, 9, 9, 9])],
    ['a plan that is none', planUpdate()],
  ])('is left on %s', async (_what, message) => {
    expect(await joinOne([welcome, message])).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/bring both to one version/),
    });
  });
});
