import { z } from 'zod';
import { progressSchema, roomJobSchema, rosterEntrySchema } from './document.js';
import { jobId, peerId, planSchema } from './plan.js';

// What the coordinator answers over HTTP. Readers let fields be that they do not know: later ones add some.

export const jobStatusSchema = z.object({
  id: jobId,
  name: z.string(),
  state: roomJobSchema.shape.state,
  /** Why it waits, failed or was stopped. */
  reason: z.string().optional(),
  progress: progressSchema.optional(),
  plan: planSchema.optional(),
  /** Where the result is: the store's location and the key under it. */
  result: z.string(),
});

export const roomStatusSchema = z.object({
  room: z.string(),
  /** What whoever asks may do there. */
  role: z.enum(['watch', 'contribute', 'run']),
  peers: z.array(
    z.object({
      ...rosterEntrySchema.shape,
      id: peerId,
      /** Seconds to the coordinator and back, once a heartbeat was answered. */
      roundTrip: z.number().min(0).exactOptional(),
    }),
  ),
  /** Connections that only watch. */
  watchers: z.number().int().min(0),
  jobs: z.array(jobStatusSchema),
  /** Of the job that runs. */
  progress: progressSchema.optional(),
});

export type RoomStatus = z.infer<typeof roomStatusSchema>;
export type JobStatus = z.infer<typeof jobStatusSchema>;

export const submittedSchema = z.object({
  id: jobId,
  /** Keys of the objects that the job starts from; it is started once they are in the store. */
  needs: z.array(z.string()),
  started: z.boolean(),
});
export type Submitted = z.infer<typeof submittedSchema>;

export const uploadAddressesSchema = z.object({
  objects: z.array(z.object({ key: z.string(), url: z.string() })),
});

export const refusalSchema = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    faults: z.array(z.object({ field: z.string(), problem: z.string(), fix: z.string() })).optional(),
  }),
});

/** Something that happened in a room: `event` says what, `details` the rest; both may be of kinds that a reader does not know. */
export const runEventSchema = z.object({
  /** Grows by one with each event of the room. */
  number: z.number().int().min(1),
  at: z.iso.datetime(),
  event: z.string(),
  job: jobId.exactOptional(),
  details: z.record(z.string(), z.unknown()),
});
export type RunEvent = z.infer<typeof runEventSchema>;

export const runEventsSchema = z.object({
  /** The oldest first. */
  events: z.array(runEventSchema),
  /** Number of the newest event that was looked at: ask for those after it. */
  last: z.number().int().min(0),
});
export type RunEvents = z.infer<typeof runEventsSchema>;

export const probeListSchema = z.object({
  steps: z.number().int().min(1),
  /** Duration of a step, in `unit`. */
  dt: z.number(),
  unit: z.string(),
  probes: z.array(
    z.object({
      name: z.string(),
      /** `[z, y, x]`; z is 0 in 2-D. */
      cell: z.tuple([z.number().int(), z.number().int(), z.number().int()]),
      states: z.array(z.string()),
    }),
  ),
});
export type ProbeList = z.infer<typeof probeListSchema>;

const extremes = z.array(z.number().nullable());

export const samplesSchema = z.object({
  /** Step of the first sample: they are taken after steps 1, 2 and so on. */
  from: z.number().int().min(1),
  /** Steps that one pair of `low` and `high` sums up. */
  every: z.number().int().min(1),
  /** Smallest and largest value of each `every` steps; null where nothing is recorded yet. */
  states: z.array(z.object({ state: z.string(), low: extremes, high: extremes })),
});
export type Samples = z.infer<typeof samplesSchema>;

export const outlineSchema = z.object({
  /** `running`: values may be missing. */
  state: z.enum(['running', 'complete']),
  arrays: z.array(
    z.object({
      /** `OUTPUT/STATE` or `probes/PROBE/STATE`. */
      path: z.string(),
      shape: z.array(z.number().int().min(0)),
      dimensions: z.array(z.string()),
    }),
  ),
});
export type Outline = z.infer<typeof outlineSchema>;

/**
 * What has become of each member of a sweep. Members are numbered from 0, the last axis running fastest.
 */
export const sweepMembersSchema = z.object({
  /** `values` as written in the file. */
  axes: z.array(z.object({ name: z.string(), field: z.string(), values: z.array(z.unknown()) })),
  /** A letter for each member: not yet given out, with a device, done, failed. */
  states: z.string().regex(/^[-rdf]*$/),
  /** Those that are with devices, and with which. */
  running: z.array(z.object({ member: z.number().int().min(0), peers: z.array(peerId) })),
  failed: z.array(z.object({ member: z.number().int().min(0), reason: z.string() })),
});
export type SweepMembers = z.infer<typeof sweepMembersSchema>;

/** What the links of a run do, as the peers at their ends have measured. */
export const linksSchema = z.object({
  links: z.array(
    z.object({
      between: z.tuple([peerId, peerId]),
      /** Seconds there and back; the longer of what both ends say. */
      roundTrip: z.number().min(0),
      /** Bytes a second, once as much has been sent as shows it; the lower of both ends. */
      rate: z.number().min(0).exactOptional(),
    }),
  ),
});
export type RunLinks = z.infer<typeof linksSchema>;

/** Links to share: each lets whoever has it do so much in this room. */
export const invitationsSchema = z.object({ watch: z.url(), contribute: z.url(), run: z.url() });
export type Invitations = z.infer<typeof invitationsSchema>;
