import { expect, test } from 'vitest';
import { ProtocolError } from '../errors.js';
import { readToCoordinator } from './control.js';
import { MAX_UPLOAD_BYTES, PROTOCOL_VERSION } from './limits.js';

const ability = { engine: 'wasm', device: 'CPU', rate: 1e8, memory: 1e9 };
const hello = { type: 'hello', version: PROTOCOL_VERSION, name: 'anna', kind: 'node', ability };
const epoch = {
  type: 'epoch',
  plan: 1,
  step: 8,
  computeSeconds: 1,
  waitSeconds: 1,
  otherSeconds: 1,
  cellUpdates: 1000,
  haloBytesDirect: 100,
  haloBytesRelayed: 0,
  probes: [],
  links: [
    { peer: 'anna', roundTrip: 0.02, rate: 1e6 },
    { peer: 'bert', roundTrip: 0 },
  ],
};
const object = {
  key: 'jobs/a/state/8/0/0/0',
  bytes: 1,
  md5: `${'A'.repeat(22)}==`,
  sha256: `${'A'.repeat(43)}=`,
};
const upload = { type: 'upload', request: 0, plan: 1, objects: [object] };

const read = (message: object) => readToCoordinator(JSON.stringify(message));

test('what a peer says of itself cannot steer the terminal that shows it', () => {
  const device = 'GPU\u001b[2J';
  expect(read({ ...hello, name: 'an\r\nna', ability: { ...ability, device } })).toMatchObject({
    name: 'an na',
    ability: { device: 'GPU [2J' },
  });
  expect(read({ type: 'failed', plan: 1, reason: 'lost\u009b31m' })).toMatchObject({ reason: 'lost 31m' });
});

test.each([
  ['a rate that no device has', { ...hello, ability: { ...ability, rate: 1e308 } }],
  ['a rate so small that dividing by it is no number', { ...hello, ability: { ...ability, rate: 1e-320 } }],
  ['memory of a part of a byte', { ...hello, ability: { ...ability, memory: 1e-300 } }],
  ['cell updates that add up to infinity', { ...epoch, cellUpdates: 1e308 }],
  ['a part of a cell update', { ...epoch, cellUpdates: 1e-320 }],
  ['halo bytes that add up to infinity', { ...epoch, haloBytesDirect: 1e308 }],
  ['seconds that add up to infinity', { ...epoch, waitSeconds: 1e308 }],
  ['a link that is infinitely fast', { ...epoch, links: [{ peer: 'anna', roundTrip: 0, rate: 1e308 }] }],
  ['more links than a shard has', { ...epoch, links: Array(33).fill({ peer: 'anna', roundTrip: 0 }) }],
  ['a checksum that is none', { ...upload, objects: [{ ...object, sha256: 'x' }] }],
  ['more bytes than an object has', { ...upload, objects: [{ ...object, bytes: MAX_UPLOAD_BYTES + 1 }] }],
])('%s is refused before anything counts with it', (_, message) => {
  for (const sound of [hello, epoch, upload]) expect(read(sound)).toEqual(sound);
  expect(() => read(message)).toThrow(ProtocolError);
});
