import { bytesToHex, hexToBytes } from '@noble/hashes/utils';
import { createEncoder, toUint8Array, writeVarString, writeVarUint, writeVarUint8Array } from 'lib0/encoding';
import { z } from 'zod';
import { jobId } from '../../protocol/plan.js';
import { HASH_BYTES } from '../roots/hash.js';
import { type Ed25519, KEY_BYTES, SIGNATURE_BYTES, type Signer } from './ed25519.js';

/** A shard has 26 neighbours in a cut of equal boxes, and more where boxes are uneven; 512 is beyond any cut seen. */
const MAX_NEIGHBOURS = 512;

const hexOf = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`));
const whole = z.number().int().min(0);

/** What a peer puts its name to at the end of a span, before it learns whether it is checked. */
export const statementSchema = z.strictObject({
  job: jobId,
  plan: whole.min(1),
  /** Index of the shard in the plan. */
  shard: whole.max(4095),
  /** Where the span begins and where it ends: so many steps had been made, and have been. */
  from: whole,
  step: whole,
  /** Of all the shard's state at its end: the hash of the digests of its bricks. */
  root: hexOf(HASH_BYTES),
  /** Of the chunks that the span brings to the store: `outputsHash`. */
  outputs: hexOf(HASH_BYTES),
  /** The halos of the span, by neighbour: `chainOf`. Ascending. */
  halos: z
    .array(z.strictObject({ shard: whole.max(4095), sent: hexOf(HASH_BYTES), received: hexOf(HASH_BYTES) }))
    .max(MAX_NEIGHBOURS)
    .refine(
      (halos) => halos.every(({ shard }, index) => index === 0 || shard > (halos[index - 1]?.shard ?? -1)),
      {
        message: 'neighbours come in ascending order, each once',
      },
    ),
});
export type Statement = z.infer<typeof statementSchema>;

export const signatureSchema = hexOf(SIGNATURE_BYTES);
export const keySchema = hexOf(KEY_BYTES);

/** The signature, 128 hex digits. */
export async function signStatement(signer: Signer, statement: Statement): Promise<string> {
  return bytesToHex(await signer.sign(signedBytes(statement)));
}

/** Whether a key signed the statement. */
export function verifyStatement(
  ed25519: Ed25519,
  key: string,
  statement: Statement,
  signature: string,
): Promise<boolean> {
  return ed25519.verify(hexToBytes(key), signedBytes(statement), hexToBytes(signature));
}

/** No other message that anybody signs begins with this. */
const PURPOSE = 'groundswell span 1';

/** One sequence of bytes for each statement: purpose, job, plan, shard, from, step, root, outputs, the number of halos, and each of them; lib0's encoding. */
function signedBytes({ job, plan, shard, from, step, root, outputs, halos }: Statement): Uint8Array {
  const encoder = createEncoder();
  writeVarString(encoder, PURPOSE);
  writeVarString(encoder, job);
  for (const number of [plan, shard, from, step]) writeVarUint(encoder, number);
  writeVarUint8Array(encoder, hexToBytes(root));
  writeVarUint8Array(encoder, hexToBytes(outputs));
  writeVarUint(encoder, halos.length);
  for (const halo of halos) {
    writeVarUint(encoder, halo.shard);
    writeVarUint8Array(encoder, hexToBytes(halo.sent));
    writeVarUint8Array(encoder, hexToBytes(halo.received));
  }
  return toUint8Array(encoder);
}
