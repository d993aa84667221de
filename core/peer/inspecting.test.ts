import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import { StoreUnavailableError } from '../errors.js';
import { boxOfShape } from '../grid/box.js';
import { checkJob } from '../job/check.js';
import type { RoomJob } from '../protocol/document.js';
import type { Said } from '../protocol/session.js';
import { portableDigest } from '../trust/statement/blake3.js';
import { Inspecting, type InspectingTools } from './inspecting.js';

const file = {
  name: 'inspecting',
  model: 'wave',
  grid: { shape: [8, 8, 8], spacing: 1, brick: 8 },
  time: { steps: 40 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 2 } },
};
const roomJob: RoomJob = { id: 'inspecting-1', file: { ...checkJob(file).file }, state: 'running' };
const asked: Parameters<Inspecting['inspect']>[0] = {
  type: 'inspect',
  ...{ request: 7, shard: 0, from: 0, to: 8, start: false, url: '/evidence/a' },
  plan: {
    ...{ id: 1, job: 'inspecting-1', from: 0, exchangeEvery: 4, epoch: 8 },
    source: { kind: 'initial' },
    shards: [{ peer: 'aaaa', box: boxOfShape([8, 8, 8]) }],
  },
};

let engine: InspectingTools['engine'];
beforeAll(async () => {
  engine = await createWasmEngine();
});
afterAll(() => engine.close());

let said: Said[];
beforeEach(() => {
  said = [];
});

function peerWith(take: () => Promise<Uint8Array>): Inspecting {
  return new Inspecting({
    engine,
    objects: { get: async () => undefined, take },
    identity: {
      signer: { key: '', sign: async () => new Uint8Array() },
      digest: portableDigest,
    },
    send: (message) => said.push(message),
  });
}

it('a span is answered by its hashes, the same each time', async () => {
  const peer = peerWith(async () => new Uint8Array());
  await Promise.all([peer.inspect(asked, roomJob), peer.inspect(asked, roomJob)]);
  expect(said[0]).toMatchObject({ type: 'inspected', request: 7, answer: { halos: [] } });
  expect(said[1]).toEqual(said[0]);
});

it('what cannot be told is said to be so: a job that is over, evidence that is gone or is none', async () => {
  await peerWith(async () => new Uint8Array()).inspect(asked, { ...roomJob, id: 'another-1' });
  await peerWith(async () => {
    throw new StoreUnavailableError('it is gone');
  }).inspect(asked, roomJob);
  await peerWith(async () => new Uint8Array(4)).inspect(asked, roomJob);
  expect(said).toHaveLength(3);
  for (const message of said) expect(message).toMatchObject({ answer: { failure: expect.any(String) } });
});

it('a peer that ends does not go on with what is under way, and answers nothing', async () => {
  const peer = peerWith(async () => {
    peer.end();
    return new Uint8Array();
  });
  await Promise.all([peer.inspect(asked, roomJob), peer.inspect(asked, roomJob)]);
  expect(said).toEqual([]);
});
