import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesToHex } from '@noble/hashes/utils';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkJob } from '../../core/job/check.js';
import { memberOf } from '../../core/job/sweep.js';
import { checkWholeSweep } from '../../core/job/whole-sweep.js';
import { asidePrefix, resultKey } from '../../core/protocol/keys.js';
import { memberId } from '../../core/protocol/member-id.js';
import { bestEd25519, keyProof, signerOf } from '../../core/trust/statement/ed25519.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import type { Member } from '../room/conductor.js';
import { folderStore } from '../store/folder.js';
import { UploadSigner } from '../store/signer.js';
import type { Store } from '../store/store.js';
import { Checker } from '../trust/checker.js';
import { newParties } from '../trust/parties.fixture.js';
import type { Parties } from '../trust/parties.js';
import { computeAgain } from './member-again.js';
import { MemberTrust } from './member-trust.js';

const SWEEP = 'drop-1';
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
/** The one chunk of a member. */
const chunk = (member: number, sha256: string) => ({
  ...{ member, key: `${resultKey(SWEEP)}/end/psi/c/${member}/0/0/0`, sha256 },
});

const checker = new Checker(() => createWasmEngine());
/** The coordinator's own class. */
const OWN = await checker.numericalClass();
const OTHER = 'b'.repeat(16);

let folder: string;
let store: Store;
let parties: Parties;
let trust: MemberTrust;
let foundOut: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'groundswell-sweep-'));
  store = await folderStore(folder, new UploadSigner(new Uint8Array(32)));
  parties = newParties(ROOM);
  foundOut = [];
  trust = new MemberTrust(
    SWEEP,
    sweep,
    { inspection: { parties, checker }, store, log: () => {}, plan: 1, isWaiting: () => true },
    {
      foundOut: ({ peer }) => foundOut.push(peer),
      doubtful: () => {},
      progressed: () => {},
      failed: () => {},
    },
  );
});
afterEach(async () => {
  await trust.close();
  await rm(folder, { recursive: true });
});

/** `device`: what its key is made of. */
async function meet(peer: string, device: number, numericalClass = OWN): Promise<string> {
  const signer = signerOf(await bestEd25519(), new Uint8Array(32).fill(device));
  const member = { id: peer, nonce: 'n', owner: peer } as Member;
  const proof = bytesToHex(await signer.sign(keyProof({ room: ROOM, peer, nonce: 'n' })));
  const key = { type: 'key', key: signer.key, proof, numericalClass } as const;
  expect(await parties.introduced(member, key)).toBeUndefined();
  return signer.key;
}

/** What comes of a member: the bytes of its one chunk. */
async function made(member: number): Promise<Uint8Array> {
  let bytes = new Uint8Array();
  const { places, file } = memberOf(sweep, sweep.file, member);
  const engine = await createWasmEngine();
  const onChunk = async (_key: string, chunk: Uint8Array) => {
    bytes = chunk.slice();
  };
  const { signal } = new AbortController();
  const id = memberId(SWEEP, places);
  await computeAgain(
    { engine, objects: store, onChunk, signal },
    { id, inputs: id, job: checkJob(file), longest: 10 },
  );
  await engine.close();
  return bytes;
}

/** One peer names some bytes of a member first, and another finishes it with others. */
async function holdUp(
  member: number,
  by: string,
  { finisher, bytes }: { readonly finisher: string; readonly bytes?: Uint8Array },
): Promise<readonly string[]> {
  trust.placeOf(chunk(member, 'of the first'), by, [member]);
  const place = trust.placeOf(chunk(member, 'of the finisher'), finisher, [member]);
  await store.put(place ?? '', bytes ?? (await made(member)));
  expect(trust.sayingOf(member, finisher)).toBe('contradicted');
  return trust.contradicted(member, finisher);
}

it('whoever holds true members up is left out, as whichever peer it comes back', async () => {
  const key = await meet('mallory', 1);
  await meet('anna', 2);
  expect(await holdUp(0, 'mallory', { finisher: 'anna' })).toEqual([]);
  expect(await holdUp(1, 'mallory', { finisher: 'anna' })).toEqual([key]);
  trust.leaveOut(key, 'it finishes none');
  await meet('mallory again', 1);
  const peers = ['mallory', 'mallory again', 'anna'];
  expect(peers.map((peer) => trust.mayCompute(peer))).toEqual([false, false, true]);
  const why = 'it finishes none';
  expect(peers.map((peer) => trust.whyLeftOut(peer))).toEqual([why, why, undefined]);
});

it('whoever finishes members falsely is found out, and whoever named the true bytes first has held nobody up', async () => {
  await meet('honest', 1);
  const liars = ['mallory', 'mike', 'moe'];
  for (const [member, finisher] of liars.entries()) {
    await meet(finisher, 2 + member);
    expect(await holdUp(member, 'honest', { finisher, bytes: new Uint8Array(1) })).toEqual([]);
  }
  expect(foundOut).toEqual(liars);
});

it('what was brought aside is there until nobody looks at it any more', async () => {
  await meet('mallory', 1);
  await meet('anna', 2);
  await holdUp(0, 'mallory', { finisher: 'anna' });
  const aside = async () => {
    const keys: string[] = [];
    for await (const key of store.list(asidePrefix(SWEEP))) keys.push(key);
    return keys;
  };
  expect(await aside()).toHaveLength(1);
  await trust.clear();
  expect(await aside()).toEqual([]);
});

it('a slow one of another class than those who are done before it is not too often in their way', async () => {
  await meet('slow', 1, OTHER);
  await meet('anna', 2);
  for (const member of [0, 1, 2, 3]) expect(await holdUp(member, 'slow', { finisher: 'anna' })).toEqual([]);
});

it('what a peer names of a member that it does not hold makes nothing contradicted, and binds nobody', async () => {
  await meet('mallory', 1);
  await meet('anna', 2);
  trust.placeOf(chunk(0, 'true'), 'anna', [0]);
  expect(trust.placeOf(chunk(0, 'false'), 'mallory', [])).not.toBe(chunk(0, 'false').key);
  expect(trust.sayingOf(0, 'mallory')).toBe('unfounded');
});
