import { bytesToHex } from '@noble/hashes/utils';
import { beforeEach, expect, it } from 'vitest';
import { checkWholeSweep } from '../../core/job/whole-sweep.js';
import { bestEd25519, keyProof, signerOf } from '../../core/trust/statement/ed25519.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import type { Member } from '../room/conductor.js';
import { Checker } from '../trust/checker.js';
import { newParties } from '../trust/parties.fixture.js';
import type { Parties } from '../trust/parties.js';
import { MemberTrust } from './member-trust.js';

const ROOM = 'main';
const sweep = await checkWholeSweep({
  name: 'drop',
  model: 'wave',
  grid: { shape: [16, 16], spacing: 1 },
  time: { steps: 10 },
  parameters: { speed: 1 },
  outputs: { end: { fields: ['psi'] } },
  sweep: { speed: { field: 'parameters.speed', values: [1, 2, 3, 4] } },
});
/** Of one member. */
const chunk = (member: number, sha256: string) => ({ member, key: `end/psi/c/${member}/0/0/0`, sha256 });

let parties: Parties;
let trust: MemberTrust;
beforeEach(() => {
  parties = newParties(ROOM);
  trust = new MemberTrust(
    'drop-1',
    sweep,
    {
      inspection: { parties, checker: new Checker(() => createWasmEngine()) },
      // Nothing is drawn here, and so nothing read.
      store: {} as never,
      log: () => {},
      plan: 1,
      isWaiting: () => false,
    },
    { foundOut: () => {}, doubtful: () => {}, progressed: () => {}, failed: () => {} },
  );
});

/** `device`: what its key is made of. */
async function meet(peer: string, device: number, numericalClass = 'a'.repeat(16)): Promise<string> {
  const signer = signerOf(await bestEd25519(), new Uint8Array(32).fill(device));
  const member = { id: peer, nonce: 'n', owner: peer } as Member;
  const proof = bytesToHex(await signer.sign(keyProof({ room: ROOM, peer, nonce: 'n' })));
  const key = { type: 'key', key: signer.key, proof, numericalClass } as const;
  expect(await parties.introduced(member, key)).toBeUndefined();
  return signer.key;
}

/** One peer names bytes of a member first, and another finishes it with others. */
function holdUp(member: number, by: string, finisher: string): readonly string[] {
  trust.placeOf(chunk(member, 'false'), by, [member]);
  trust.placeOf(chunk(member, 'true'), finisher, [member]);
  expect(trust.sayingOf(member, finisher)).toBe('contradicted');
  return trust.contradicted(member, finisher);
}

it('a key that is left out is so when it comes back as another peer, too', async () => {
  const key = await meet('mallory', 1);
  await meet('anna', 2);
  expect(holdUp(0, 'mallory', 'anna')).toEqual([]);
  expect(holdUp(1, 'mallory', 'anna')).toEqual([key]);
  trust.leaveOut(key);
  await meet('mallory again', 1);
  expect(['mallory', 'mallory again', 'anna'].map((peer) => trust.mayCompute(peer))).toEqual([
    false,
    false,
    true,
  ]);
});

it('a slow one of another class than those who are done before it is not too often in their way', async () => {
  await meet('slow', 1, 'b'.repeat(16));
  await meet('anna', 2);
  expect([0, 1, 2, 3].map((member) => holdUp(member, 'slow', 'anna'))).toEqual([[], [], [], []]);
});

it('what a peer names of a member that it does not hold makes nothing contradicted, and binds nobody', async () => {
  await meet('mallory', 1);
  await meet('anna', 2);
  trust.placeOf(chunk(0, 'true'), 'anna', [0]);
  expect(trust.placeOf(chunk(0, 'false'), 'mallory', [])).not.toBe(chunk(0, 'false').key);
  expect(trust.sayingOf(0, 'mallory')).toBe('unfounded');
});
