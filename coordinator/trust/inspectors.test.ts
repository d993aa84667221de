import { expect, it } from 'vitest';
import type { PeerId } from '../../core/protocol/plan.js';
import type { Member } from '../room/conductor.js';
import { classInJob } from './class-in-job.js';
import { type Duty, type Inspectable, Inspectors } from './inspectors.js';
import type { Known } from './parties.js';

const knownAs = (key: string, owner: string, numericalClass = 'plain'): Known => ({
  ...{ key, party: { key, owner }, numericalClass, isOwn: false },
});

const member = (id: PeerId, rate = 1e8): Member => ({
  ...{ id, name: id, kind: 'node', owner: '', nonce: '' },
  ability: { engine: 'wasm', device: 'test', rate, memory: 1e9 },
  roundTrip: () => undefined,
  isAway: () => false,
  ...{ send: () => {}, allow: () => {}, dismiss: () => {} },
});

interface Peer {
  readonly known?: Known;
  readonly duty?: Duty;
  readonly rate?: number;
}

function roomOf(peers: Readonly<Record<PeerId, Peer>>) {
  let now = 0;
  const inspectors = new Inspectors({
    members: () => Object.entries(peers).map(([id, { rate }]) => member(id, rate)),
    knownOf: (id) => peers[id]?.known,
    dutyOf: (id) => peers[id]?.duty ?? 'none',
    onChange: () => {},
    now: () => now,
  });
  return {
    inspectors,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

const span: Inspectable = { job: 'j', cellUpdates: 1e6, keepWavesIn: 'f32', of: knownAs('a', 'ann') };

it('an inspector is of another owner and key, of the same class, quick enough, and stays', async () => {
  const { inspectors } = roomOf({
    same: { known: knownAs('b', 'ann') },
    twin: { known: knownAs('a', 'bob') },
    other: { known: knownAs('c', 'carl', 'fused') },
    slow: { known: knownAs('d', 'dora'), rate: 1e4 },
    going: { known: knownAs('e', 'emma'), duty: 'leaving' },
    shadow: { known: knownAs('f', 'fred'), duty: 'shadow' },
    keyless: {},
  });
  expect(await inspectors.take(span)).toBeUndefined();
});

it('who has no shard goes first; who has one is asked for a tenth of its time', async () => {
  const peers = {
    idle: { known: knownAs('b', 'bob') },
    busy: { known: knownAs('c', 'carl'), duty: 'shard' },
  } as const;
  const first = await roomOf(peers).inspectors.take(span);
  expect(first?.member.id).toBe('idle');
  const { inspectors, pass } = roomOf({ busy: peers.busy });
  const own = await inspectors.take(span);
  if (!own) throw new TypeError('nobody was taken');
  inspectors.release(own, 100);
  pass(899);
  expect(await inspectors.take(span)).toBeUndefined();
  pass(1);
  expect((await inspectors.take(span))?.member.id).toBe('busy');
});

it('while all without a shard are busy, the next span waits for them; one that is lost is waited for in vain', async () => {
  const { inspectors } = roomOf({ idle: { known: knownAs('b', 'bob') } });
  const first = await inspectors.take(span);
  const second = inspectors.take(span);
  if (!first) throw new TypeError('nobody was taken');
  inspectors.release(first, 10);
  expect((await second)?.member.id).toBe('idle');
});

it('those that wait when it is closed wait no more, and nobody is asked after that', async () => {
  const { inspectors } = roomOf({ idle: { known: knownAs('b', 'bob') } });
  const first = await inspectors.take(span);
  const waiting = [inspectors.take(span), inspectors.take(span)];
  inspectors.close();
  expect(await Promise.all(waiting)).toEqual([undefined, undefined]);
  if (!first) throw new TypeError('nobody was taken');
  inspectors.release(first, 10);
  expect(await inspectors.take(span)).toBeUndefined();
});

it('who could not do it for a job is not asked again for that', async () => {
  const { inspectors } = roomOf({ idle: { known: knownAs('b', 'bob') } });
  const taken = await inspectors.take(span);
  if (!taken) throw new TypeError('nobody was taken');
  expect(inspectors.serves('idle', 'j')).toBe(true);
  inspectors.cannot(taken, 'j');
  inspectors.release(taken, 10);
  expect(inspectors.serves('idle', 'j')).toBe(false);
  expect(await inspectors.take(span)).toBeUndefined();
  expect((await inspectors.take({ ...span, job: 'k' }))?.member.id).toBe('idle');
});

it('where waves are kept in f16, an inspector keeps them as the peer does, and not only rounds alike', async () => {
  const { inspectors } = roomOf({ same: { known: knownAs('b', 'bob') } });
  const inClass = (engine: 'webgpu' | 'wasm') => classInJob('f16', 'plain', { engine });
  const halves = (engine: 'webgpu' | 'wasm'): Inspectable => ({
    ...span,
    keepWavesIn: 'f16',
    of: knownAs('a', 'ann', inClass(engine)),
  });
  expect(await inspectors.take(halves('webgpu'))).toBeUndefined();
  expect((await inspectors.take(halves('wasm')))?.member.id).toBe('same');
});
