import { z } from 'zod';
import { sightSchema } from '../watch/view.js';
import { MAX_NAME_LENGTH } from './limits.js';
import { abilitySchema } from './messages.js';
import { jobId, MAX_SHARDS, peerId } from './plan.js';

/*
 * The room's Yjs document. The coordinator alone writes it; peers and pages follow it.
 *   map `roster`: peer id → RosterEntry
 *   map `viewers`: viewer id → ViewerEntry
 *   map `run`:    `job` → RoomJob, `plan` → Plan, `progress` → Progress
 * Each value is one plain JSON object, replaced whole.
 */

/** What a peer is used for in the run, or why for nothing. */
const useSchema = z.strictObject({
  kind: z.enum([
    'shard',
    'members',
    'memory',
    'too-slow',
    'link-too-slow',
    'extra',
    'left-out',
    'checks',
    'shadow',
    'unpaired',
  ]),
  /** The same for people, with the figures that show it. */
  says: z.string().max(200),
});
export type ShownUse = z.infer<typeof useSchema>;

export const rosterEntrySchema = z.strictObject({
  name: z.string().max(MAX_NAME_LENGTH),
  kind: z.enum(['node', 'browser']),
  ability: abilitySchema,
  /** `idle`: waiting for work. `computing`: in the plan. `leaving`: handing over. */
  state: z.enum(['idle', 'computing', 'leaving']),
  /** While a job runs. */
  use: useSchema.exactOptional(),
  /** Cell updates of its key and owner that stood in this room; where peers are checked, and once it has shown its key. */
  credit: z.number().min(0).exactOptional(),
});
export type RosterEntry = z.infer<typeof rosterEntrySchema>;

/** Somebody who looks on. */
export const viewerEntrySchema = z.strictObject({
  kind: z.enum(['node', 'browser']),
  view: sightSchema.exactOptional(),
  /** The viewer of the same samples that passes them on to this one; who has none asks the peers. */
  from: peerId.exactOptional(),
});
export type ViewerEntry = z.infer<typeof viewerEntrySchema>;

/** Of a job's reason, in characters. */
export const MAX_REASON_LENGTH = 2000;

export const roomJobSchema = z.strictObject({
  id: jobId,
  /** A job file, checked again by whoever reads it. */
  file: z.record(z.string(), z.unknown()),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'stopped']),
  /** Why it waits, failed or was stopped. */
  reason: z.string().max(MAX_REASON_LENGTH).optional(),
});
export type RoomJob = z.infer<typeof roomJobSchema>;

/** Of a sweep: `done` are in the store, `running` on a peer. */
const membersSchema = z.strictObject({
  count: z.number().int().min(1),
  done: z.number().int().min(0),
  failed: z.number().int().min(0),
  running: z.number().int().min(0),
});

/** Renewed at most twice a second. */
export const progressSchema = z.strictObject({
  /** Steps that every shard has made; of a sweep, the steps of all members that are over, of all. */
  step: z.number().int().min(0),
  steps: z.number().int().min(1),
  /** Cell updates per second over the last seconds. */
  rate: z.number().min(0),
  secondsLeft: z.number().min(0).nullable(),
  peers: z.number().int().min(0),
  /** Step of the last sealed checkpoint. */
  checkpoint: z.number().int().min(0),
  /** Steps up to which all that was computed has been vetted, where peers are checked. */
  vetted: z.number().int().min(0).exactOptional(),
  haloBytesDirect: z.number().min(0),
  haloBytesRelayed: z.number().min(0),
  /** Seconds a step while a plan is under way: as it promises, and as they have been over the last seconds of it. */
  stepSeconds: z
    .strictObject({ predicted: z.number().min(0), measured: z.number().min(0).nullable() })
    .exactOptional(),
  /**
   * All peers of the run together: seconds computing, waiting for halos, and the rest of their time; bytes of shards and halos; and, by the rates measured, the
   * part of the step's time that it would take without waiting and without computing twice, were the grid shared by rates (strong) or each shard alone (weak);
   * `predictedEfficiency`: the strong one, if a step took as long as the model says by the same rates. Over the last seconds of the plan under way, or the whole run
   * where none is. `gpuUtilisation`: of the time of peers with a GPU, what it computed. Null where it is not known.
   */
  scaling: z
    .strictObject({
      computeSeconds: z.number().min(0),
      communicationSeconds: z.number().min(0),
      otherSeconds: z.number().min(0),
      memoryBytes: z.number().min(0),
      strongEfficiency: z.number().min(0).nullable(),
      weakEfficiency: z.number().min(0).nullable(),
      predictedEfficiency: z.number().min(0).nullable(),
      gpuUtilisation: z.number().min(0).max(1).nullable(),
    })
    .exactOptional(),
  /** Shards of the plan, and how many of them have a shadow; where a job asks for shadows, or has some. */
  replicas: z
    .strictObject({ shards: z.number().int().min(1), shadowed: z.number().int().min(0) })
    .exactOptional(),
  /** Peers whose shards nobody computes again: too large to be shown, and without a shadow of another owner. */
  unseen: z.array(peerId).max(MAX_SHARDS).exactOptional(),
  /** While a sweep runs. */
  members: membersSchema.exactOptional(),
  /** Part of a step's time that one more peer like `like` would save. */
  oneMore: z.strictObject({ like: peerId, saves: z.number().min(0).max(1) }).exactOptional(),
});
export type Progress = z.infer<typeof progressSchema>;

/** What a peer says of itself. Awareness state: one client id per connection. */
export const awarenessSchema = z.strictObject({
  peer: peerId,
  step: z.number().int().min(0),
  /** What it does now, for people. */
  doing: z.string().max(100),
  battery: z.number().min(0).max(1).optional(),
});
export type AwarenessState = z.infer<typeof awarenessSchema>;
