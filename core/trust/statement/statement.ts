import { bytesToHex, hexToBytes } from '@noble/hashes/utils';
import { createEncoder, toUint8Array, writeVarString, writeVarUint, writeVarUint8Array } from 'lib0/encoding';
import { z } from 'zod';
import { ProtocolError } from '../../errors.js';
import { jobId } from '../../protocol/plan.js';
import { HASH_BYTES } from '../roots/hash.js';
import { type Ed25519, KEY_BYTES, SIGNATURE_BYTES } from './ed25519.js';

/** A shard has 26 neighbours in a cut of equal boxes, and more where boxes are uneven; 512 is beyond any cut seen. */
const MAX_NEIGHBOURS = 512;

/** A signed statement, JSON: one neighbour takes 180 characters. */
export const MAX_STATEMENT_BYTES = 128 * 1024;

const hexOf = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`));
const whole = z.number().int().min(0);

/** What a peer puts its name to at the end of an epoch, before it learns whether it is checked. */
export const statementSchema = z.strictObject({
  job: jobId,
  plan: whole.min(1),
  /** Index of the shard in the plan. */
  shard: whole.max(4095),
  /** Where the epoch ends: so many steps have been made. */
  step: whole,
  /** Of all the shard's state at that step: `Commitment`. */
  root: hexOf(HASH_BYTES),
  /** The halos of the epoch, by neighbour: `HaloChain`. Ascending. */
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

export const signedSchema = z.strictObject({
  statement: statementSchema,
  key: hexOf(KEY_BYTES),
  signature: hexOf(SIGNATURE_BYTES),
});
export type SignedStatement = z.infer<typeof signedSchema>;

/** Reads a signed statement. Throws ProtocolError where it is too long or is none. The signature has not been verified yet. */
export function readStatement(text: string): SignedStatement {
  if (text.length > MAX_STATEMENT_BYTES) {
    throw new ProtocolError(`a statement of ${text.length} bytes; at most ${MAX_STATEMENT_BYTES} are taken`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new ProtocolError('a statement is JSON', { cause });
  }
  const read = signedSchema.safeParse(json);
  if (!read.success)
    throw new ProtocolError(`a statement that breaks its schema: ${z.prettifyError(read.error)}`);
  return read.data;
}

export async function signStatement(
  ed25519: Ed25519,
  secret: Uint8Array,
  statement: Statement,
): Promise<SignedStatement> {
  const signature = await ed25519.sign(secret, signedBytes(statement));
  return { statement, key: bytesToHex(ed25519.publicKey(secret)), signature: bytesToHex(signature) };
}

/** Whether the key that is named signed the statement. Whose key it is, the connection it came by says. */
export function verifyStatement(
  ed25519: Ed25519,
  { statement, key, signature }: SignedStatement,
): Promise<boolean> {
  return ed25519.verify(hexToBytes(key), signedBytes(statement), hexToBytes(signature));
}

/** No other message that anybody signs begins with this. */
const PURPOSE = 'groundswell epoch 1';

/** One sequence of bytes for each statement: purpose, job, plan, shard, step, root, the number of halos, and each of them; lib0's encoding. */
function signedBytes({ job, plan, shard, step, root, halos }: Statement): Uint8Array {
  const encoder = createEncoder();
  writeVarString(encoder, PURPOSE);
  writeVarString(encoder, job);
  for (const number of [plan, shard, step]) writeVarUint(encoder, number);
  writeVarUint8Array(encoder, hexToBytes(root));
  writeVarUint(encoder, halos.length);
  for (const halo of halos) {
    writeVarUint(encoder, halo.shard);
    writeVarUint8Array(encoder, hexToBytes(halo.sent));
    writeVarUint8Array(encoder, hexToBytes(halo.received));
  }
  return toUint8Array(encoder);
}
