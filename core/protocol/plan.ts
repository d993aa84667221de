import { z } from 'zod';

const triple = z.tuple([z.number().int(), z.number().int(), z.number().int()]).readonly();
const boxSchema = z.strictObject({ lo: triple, hi: triple });

/** A peer's name in a room, given by the coordinator. */
export const peerId = z.string().regex(/^[a-z0-9]{4,32}$/);
export type PeerId = z.infer<typeof peerId>;

/** Of a job, of a whole sweep, or of one of its members (`memberId`). */
export const jobId = z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,95}(\.\d{1,5}(-\d{1,5}){0,7})?$/);

/** Shards of a plan. */
export const MAX_SHARDS = 4096;

const shards = z
  .array(z.strictObject({ peer: peerId, box: boxSchema }))
  .min(1)
  .max(MAX_SHARDS);

/**
 * Who computes what, from one step on, until the next plan. Written by the coordinator alone.
 * Every peer derives halos and transfers from it, so two peers with the same plan never disagree.
 */
export const planSchema = z.strictObject({
  /** Grows with each plan of a room, whatever its job: a late message of another plan is never taken for one of this. */
  id: z.number().int().min(1),
  job: jobId,
  /** The step it starts from: `from` steps have been made. */
  from: z.number().int().min(0),
  /** Where each shard's state at `from` comes from. */
  source: z.discriminatedUnion('kind', [
    /** The job file; `from` is 0. */
    z.strictObject({ kind: z.literal('initial') }),
    /** The checkpoint at `from`, in the store; `seal` is its number. */
    z.strictObject({ kind: z.literal('checkpoint'), seal: z.number().int().min(1) }),
    /** The owners under the plan before this one, `shards`, once they have reached `from`. */
    z.strictObject({ kind: z.literal('transfer'), shards }),
    /** Copies of the shards of an earlier plan as of `from`, in the memory of the peers named with each. A peer may hold several. */
    z.strictObject({ kind: z.literal('copies'), plan: z.number().int().min(1), shards }),
  ]),
  /** Steps between halo exchanges. */
  exchangeEvery: z.number().int().min(1).max(64),
  /** Steps of an epoch, a multiple of `exchangeEvery`. */
  epoch: z.number().int().min(1).max(4096),
  /**
   * Peers sign for what they compute at checkpoints and copies, and where the plan or the job ends. `spans`: where grants say so as well, and for
   * their halos: they may be asked how they came to it. `states`: for what they have there, and nobody asks.
   */
  signed: z.enum(['spans', 'states']).exactOptional(),
  /** Shards, by their index, of which nobody will ask what was signed: their peers need keep nothing of it. */
  unseen: z
    .array(
      z
        .number()
        .int()
        .min(0)
        .max(MAX_SHARDS - 1),
    )
    .min(1)
    .max(MAX_SHARDS)
    .exactOptional(),
  /** One for each peer that computes; a peer owns one. */
  shards,
  /**
   * Peers that compute a shard, by its index, beside its own peer: from the same halos, which they get from the neighbours. One a
   * shard at most, and none of them has a shard.
   */
  shadows: z
    .array(
      z.strictObject({
        peer: peerId,
        shard: z
          .number()
          .int()
          .min(0)
          .max(MAX_SHARDS - 1),
      }),
    )
    .min(1)
    .max(MAX_SHARDS)
    .exactOptional(),
});
export type Plan = z.infer<typeof planSchema>;
export type PlanShards = Plan['shards'];
