import { z } from 'zod';
import { BRICK_DIGEST_BYTES } from '../trust/statement/digest-size.js';
import { jobId } from './plan.js';

/**
 * A checkpoint's name, `<step>-<term>-<plan>`: under one coordinator's term each plan makes at most one checkpoint of a
 * step, so whatever lies under a name was written once.
 */
export const checkpointName = z.string().regex(/^\d{1,16}-\d{1,16}-\d{1,16}$/);
export type CheckpointName = z.infer<typeof checkpointName>;

const count = z.number().int().min(1);

/** Says that a checkpoint is whole, and where each of its bricks lies. Seals of a job are numbered; each is written once. */
export const sealSchema = z.strictObject({
  version: z.literal(1),
  job: jobId,
  /** Its place in the row, counted from 1. */
  seal: z.number().int().min(1),
  /** The term of the coordinator that sealed it. */
  term: z.number().int().min(0),
  step: z.number().int().min(0),
  /** Undefined before the first checkpoint: the job starts from its file. */
  name: checkpointName.optional(),
  /** All steps are made and every output is stored: only the result is to be made complete. */
  final: z.boolean(),
  sealed: z.iso.datetime(),
  /**
   * The bricks in C order, as runs `[where, count]`: the checkpoint under whose name the brick lies, which it may share
   * with those before, or null where all its cells are 0.
   */
  bricks: z.array(z.tuple([checkpointName.nullable(), count])),
  /** Where peers signed for it: a digest of each brick's cells in C order (`BRICK_DIGEST_BYTES` each, as in a span's statement), base64. */
  digests: z.string().exactOptional(),
});
export type Seal = z.infer<typeof sealSchema>;

/** What is left of a seal whose checkpoint is no longer kept: its number, so that nobody can create it again. */
export const spentSealSchema = z.strictObject({
  version: z.literal(1),
  job: jobId,
  seal: z.number().int().min(1),
  spent: z.literal(true),
});
export type SpentSeal = z.infer<typeof spentSealSchema>;

/** Where each brick of a checkpoint lies, in C order. */
export type BrickPlaces = readonly (CheckpointName | null)[];

/** The digest of the brick of that index in the grid. */
export const digestOf = (digests: Uint8Array, brick: number): Uint8Array =>
  digests.subarray(brick * BRICK_DIGEST_BYTES, (brick + 1) * BRICK_DIGEST_BYTES);

/** A row of values as runs `[value, count]`. */
export function packRuns<T>(values: readonly T[]): [T, number][] {
  const runs: [T, number][] = [];
  for (const value of values) {
    const last = runs.at(-1);
    if (last && last[0] === value) last[1] += 1;
    else runs.push([value, 1]);
  }
  return runs;
}

export function unpackRuns<T>(runs: readonly (readonly [T, number])[]): T[] {
  return runs.flatMap(([value, count]) => Array.from({ length: count }, () => value));
}
