import { z } from 'zod';
import { jobId } from './plan.js';

/**
 * A checkpoint's name, `<step>-<term>-<plan>`: under one coordinator's term each plan makes at most one checkpoint of a
 * step, so whatever lies under a name was written once.
 */
export const checkpointName = z.string().regex(/^\d{1,16}-\d{1,16}-\d{1,16}$/);
export type CheckpointName = z.infer<typeof checkpointName>;

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
  bricks: z.array(z.tuple([checkpointName.nullable(), z.number().int().min(1)])),
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

export function packPlaces(places: BrickPlaces): Seal['bricks'] {
  const runs: Seal['bricks'] = [];
  for (const place of places) {
    const last = runs.at(-1);
    if (last && last[0] === place) last[1] += 1;
    else runs.push([place, 1]);
  }
  return runs;
}

export function unpackPlaces(runs: Seal['bricks']): BrickPlaces {
  return runs.flatMap(([place, count]) => Array.from({ length: count }, () => place));
}
