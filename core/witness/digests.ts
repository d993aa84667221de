import { bytesToHex } from '@noble/hashes/utils';
import { fromBase64, toBase64 } from 'lib0/buffer';
import type { Slab } from '../../shaders/engine.js';
import { type Box, cellCount } from '../grid/box.js';
import { brickBox, bricksOf } from '../grid/bricks.js';
import type { Job } from '../job/job.js';
import { breathe } from '../peer/breathe.js';
import { stateSlabs } from '../peer/load.js';
import { HASH_BYTES } from '../trust/roots/hash.js';
import { brickDigest, type Digest } from '../trust/statement/brick-digest.js';
import { BRICK_DIGEST_BYTES } from '../trust/statement/digest-size.js';

/** Gone through between two breaths: a millisecond in a page, some where it is slow. A breath takes longer than a small halo's hash. */
const BREATH_BYTES = 1024 * 1024;

/** All state of a shard, brick after brick in C order, each array after array: one call reads it. */
export function brickSlabs(job: Job, box: Box): Slab[] {
  return bricksOf(job.grid, box).flatMap((brick) => stateSlabs(job, brickBox(job.grid, brick)));
}

/** Cells that `brickSlabs` names. */
export function stateCells(job: Job, box: Box): number {
  return brickSlabs(job, box).reduce((sum, slab) => sum + cellCount(slab.box), 0);
}

/** A digest for each brick of a shard, one after the other; `cells` in the order of `brickSlabs`. */
export async function brickDigests(
  job: Job,
  box: Box,
  cells: Float32Array,
  digest: Digest,
): Promise<Uint8Array> {
  const bricks = bricksOf(job.grid, box);
  const digests = new Uint8Array(bricks.length * BRICK_DIGEST_BYTES);
  const breath = breathing();
  let offset = 0;
  for (const [index, brick] of bricks.entries()) {
    const size = stateSlabs(job, brickBox(job.grid, brick)).reduce(
      (sum, slab) => sum + cellCount(slab.box),
      0,
    );
    const own = await brickDigest(cells.subarray(offset, offset + size), digest);
    digests.set(own, index * BRICK_DIGEST_BYTES);
    offset += size;
    await breath(4 * size);
  }
  return digests;
}

/** What a statement calls the root: one hash of all bricks' digests. */
export async function rootOf(digests: Uint8Array, digest: Digest): Promise<string> {
  return bytesToHex(await digest(digests));
}

/** Halos that went one way, in their order, under one hash: each is hashed with what came before. */
export async function chainOf(halos: readonly Float32Array[], digest: Digest): Promise<string> {
  const breath = breathing();
  let link: Uint8Array = new Uint8Array(HASH_BYTES);
  for (const cells of halos) {
    link = await linked(link, await haloHash(cells, digest), digest);
    await breath(cells.byteLength);
  }
  return bytesToHex(link);
}

/** The same chain, of halos of which only the hashes are known. */
export async function chainOfHashes(hashes: readonly Uint8Array[], digest: Digest): Promise<string> {
  let link: Uint8Array = new Uint8Array(HASH_BYTES);
  for (const own of hashes) link = await linked(link, own, digest);
  return bytesToHex(link);
}

/** The hash of one halo, of which a chain is made. */
export async function haloHash(cells: Float32Array, digest: Digest): Promise<Uint8Array> {
  return digest(bytesOf(cells));
}

async function linked(link: Uint8Array, own: Uint8Array, digest: Digest): Promise<Uint8Array> {
  const both = new Uint8Array(link.length + own.length);
  both.set(link);
  both.set(own, link.length);
  return digest(both);
}

/** Lets waiting events in whenever enough bytes have been gone through since it last did. */
export function breathing(): (bytes: number) => Promise<void> {
  let since = 0;
  return async (bytes) => {
    since += bytes;
    if (since < BREATH_BYTES) return;
    since = 0;
    await breathe();
  };
}

export const writeDigests = (digests: Uint8Array): string => toBase64(digests);

/** Undefined where the text is not as many digests. */
export function readDigests(text: string, bricks: number): Uint8Array | undefined {
  try {
    const digests = fromBase64(text);
    return digests.length === bricks * BRICK_DIGEST_BYTES ? digests : undefined;
  } catch {
    return undefined;
  }
}

/** The bytes of f32 cells as they lie in memory: little-endian on every platform that computes. */
function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
