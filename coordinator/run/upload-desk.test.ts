import { beforeEach, expect, test } from 'vitest';
import { boxOfShape } from '../../core/grid/box.js';
import { checkJob } from '../../core/job/check.js';
import type { ToPeer } from '../../core/protocol/messages.js';
import type { PeerId } from '../../core/protocol/plan.js';
import { memoryStore } from '../results/sample.fixture.js';
import type { Member } from '../room/conductor.js';
import { UploadDesk } from './upload-desk.js';

const job = checkJob({
  name: 'desk',
  model: 'wave',
  grid: { shape: [16, 8, 8], spacing: 1, brick: 8 },
  time: { steps: 800, courant: 0.5 },
  parameters: { speed: 1 },
});
const checkpoint = { step: 8, name: '8-1-1' };

let desk: UploadDesk;
let heard: Map<PeerId, (ToPeer['type'] | 'dismissed')[]>;
beforeEach(() => {
  desk = new UploadDesk(memoryStore(), 'desk-1', job, () => false);
  heard = new Map();
});

function member(id: PeerId): Member {
  const hears = (what: ToPeer['type'] | 'dismissed') => heard.set(id, [...(heard.get(id) ?? []), what]);
  return {
    ...{ id, name: id, kind: 'node', owner: '', nonce: '' },
    ability: { engine: 'wasm', device: 'test', rate: 1e8, memory: 1e9 },
    roundTrip: () => undefined,
    isAway: () => false,
    allow: () => {},
    send: ({ type }) => hears(type),
    dismiss: () => hears('dismissed'),
  };
}

/** A peer asks where to put the first brick, whose bytes have this checksum. */
function names(id: PeerId, sha256: string, plan = 1): Promise<void> {
  const object = { key: 'jobs/desk-1/state/8-1-1/0/0/0', bytes: 8, md5: 'm', sha256 };
  const request = { request: 1, plan, objects: [object] };
  return desk.answer(member(id), boxOfShape(job.grid.shape), checkpoint, { type: 'upload', ...request });
}

test('a peer names the bytes of an object once', async () => {
  await names('anna', 'one');
  await names('anna', 'one');
  await names('anna', 'other', 2);
  await names('anna', 'other');
  expect(heard.get('anna')).toEqual(['addresses', 'addresses', 'addresses', 'dismissed']);
});

test('who takes a shard over names what it has itself, whatever the peer before named', async () => {
  await names('anna', 'false');
  await names('cora', 'true');
  await names('cora', 'false');
  expect(heard.get('cora')).toEqual(['addresses', 'dismissed']);
});
