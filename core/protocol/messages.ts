import { z } from 'zod';
import { BRICK_DIGEST_BYTES } from '../trust/statement/digest-size.js';
import { keySchema, signatureSchema, statementSchema } from '../trust/statement/statement.js';
import { sightSchema } from '../watch/view.js';
import {
  MAX_BRICKS_SIGNED,
  MAX_BRICKS_TOLD,
  MAX_ICE_SERVERS,
  MAX_KEY_LENGTH,
  MAX_LINKS_TOLD,
  MAX_MEMBERS_TOLD,
  MAX_NAME_LENGTH,
  MAX_SNAPSHOTS_OWED,
  MAX_STEPS_TRACED,
  MAX_UPLOAD_BYTES,
  MAX_URL_LENGTH,
} from './limits.js';
import { MAX_SHARDS, peerId, planSchema } from './plan.js';
import { checkpointName } from './seal.js';

// Control messages: JSON, one text frame of the WebSocket each. docs/protocol.md describes the same.

const step = z.number().int().min(0);
const planId = z.number().int().min(1);
const shortText = z.string().max(500);
/** Shown on terminals and pages of others: control characters could rewrite what these show. */
const shownText = (longest: number) =>
  z
    .string()
    .max(longest)
    .transform((text) => text.replace(/\p{Cc}+/gu, ' '));
/** Sums of many of these stay finite, and so do quotients of the sums. */
const count = z.number().int().min(0);
const seconds = z.number().min(0).max(1e9);

const description = z.enum(['offer', 'answer']);
const signalData = z.union([
  z.strictObject({ type: description, sdp: z.string().max(32 * 1024) }),
  z.strictObject({ type: description, channel: z.number().int().min(0) }),
  z.strictObject({ type: z.literal('again') }),
]);

/** What a short calibration found. */
export const abilitySchema = z.strictObject({
  engine: z.enum(['webgpu', 'wasm']),
  device: shownText(200),
  /** Cell updates per second. */
  rate: z.number().min(1).max(1e15),
  /** Bytes a shard may hold. */
  memory: z.number().min(1).max(1e15),
});
export type Ability = z.infer<typeof abilitySchema>;

/** A checkpoint that is to be stored. */
const checkpointSchema = z.strictObject({
  step,
  name: checkpointName,
  since: checkpointName.exactOptional(),
});
export type CheckpointOrder = z.infer<typeof checkpointSchema>;

/** What one end has measured of a link. */
const linkFigures = z.strictObject({
  peer: peerId,
  /** Seconds there and back. */
  roundTrip: seconds,
  /** Bytes a second that come in, where that is known. */
  rate: z.number().min(1).max(1e15).exactOptional(),
});
export type ToldLink = z.infer<typeof linkFigures>;

/** Members of a sweep count from 0, the last axis running fastest. */
const memberNumber = z.number().int().min(0);
const memberNumbers = z.array(memberNumber).max(MAX_MEMBERS_TOLD);

/** Copies of all shards that peers are to keep in memory, as of `step`, beside those of `keeping`, which count until these are whole. */
const copySchema = z.strictObject({
  step,
  keeping: z.strictObject({ plan: planId, step }).exactOptional(),
});
export type CopyOrder = z.infer<typeof copySchema>;

/** What a peer was still to put to the store. */
const owedSchema = z.strictObject({
  snapshots: z.array(step).max(MAX_SNAPSHOTS_OWED),
  checkpoint: checkpointName.exactOptional(),
});
export type Owed = z.infer<typeof owedSchema>;

const probeSamples = z.strictObject({
  /** Index into the job's probes. */
  probe: z.number().int().min(0),
  /** The first sample is the state after step `first`. */
  first: step,
  /** `[steps][states]`; NaN and infinities travel as null. */
  values: z.array(z.array(z.number().nullable())),
});

/** A digest for each brick of a shard, base64. */
const brickDigests = z.string().max(Math.ceil((MAX_BRICKS_SIGNED * BRICK_DIGEST_BYTES * 4) / 3) + 4);

/** What an inspector made of a span: the root of the state that it began with, the bricks at its end, the outputs and the halos. */
const answerSchema = z.strictObject({
  start: statementSchema.shape.root,
  bricks: brickDigests,
  outputs: statementSchema.shape.outputs,
  halos: statementSchema.shape.halos,
});
export type Answer = z.infer<typeof answerSchema>;

export const toCoordinator = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('hello'),
    version: z.number().int(),
    name: shownText(MAX_NAME_LENGTH),
    kind: z.enum(['node', 'browser']),
    ability: abilitySchema,
    /** Comes back to the place it had: how many messages it has heard there. */
    resume: z.strictObject({ peer: peerId, key: z.string().max(64), heard: count }).optional(),
  }),
  /** Instead of `hello`: takes part as a viewer, who may look at planes and nothing else. */
  z.strictObject({ type: z.literal('watch'), version: z.number().int(), kind: z.enum(['node', 'browser']) }),
  /** What a viewer wants to see from now on; nothing where it is left out. */
  z.strictObject({ type: z.literal('view'), view: sightSchema.optional() }),
  /** So many messages have been heard, `hello` and this not counted. */
  z.strictObject({ type: z.literal('heard'), count }),
  z.strictObject({ type: z.literal('signal'), to: peerId, link: z.number().int().min(0), data: signalData }),
  /** The shard of a plan is loaded; it can be advanced and handed on. */
  z.strictObject({ type: z.literal('ready'), plan: planId }),
  /** An epoch is done: `step` steps have been made. */
  z.strictObject({
    type: z.literal('epoch'),
    plan: planId,
    step,
    /**
     * Of this epoch: time computing; time waiting for halos with nothing to compute; the rest of the time since the one before, such as for reading
     * whole states and waiting for grants; cells updated (recomputed overlap left out), and halo bytes sent over links, directly and by relay.
     */
    computeSeconds: seconds,
    waitSeconds: seconds,
    otherSeconds: seconds,
    cellUpdates: count,
    haloBytesDirect: count,
    haloBytesRelayed: count,
    probes: z.array(probeSamples).max(256),
    /** Those whose figures have changed since they were last told. */
    links: z.array(linkFigures).max(MAX_LINKS_TOLD),
  }),
  /** Asks for signed addresses to upload these objects to. */
  z.strictObject({
    type: z.literal('upload'),
    request: z.number().int().min(0),
    plan: planId,
    objects: z
      .array(
        z.strictObject({
          key: z.string().max(MAX_KEY_LENGTH),
          bytes: count.max(MAX_UPLOAD_BYTES),
          /** Of its bytes, base64: the addresses are for no others. */
          md5: z.string().regex(/^[\w+/]{22}==$/),
          sha256: z.string().regex(/^[\w+/]{43}=$/),
        }),
      )
      .min(1)
      .max(256),
  }),
  /** All chunks this peer owes of the outputs of `step` are in the store. */
  z.strictObject({ type: z.literal('stored'), plan: planId, step }),
  /** So many bricks of this peer's shard, from its brick `first` on, are where the checkpoint needs them. */
  z.strictObject({
    type: z.literal('checkpointed'),
    plan: planId,
    name: checkpointName,
    first: z.number().int().min(0),
    /** A letter a brick: n stored now, s the same as in the checkpoint before, z all zeros. */
    bricks: z
      .string()
      .max(MAX_BRICKS_TOLD)
      .regex(/^[nsz]*$/),
  }),
  /** This peer holds a copy of a shard's state, its own or another's, as of `step`. Reading it took so many seconds. */
  z.strictObject({
    type: z.literal('copied'),
    plan: planId,
    step,
    shard: z
      .number()
      .int()
      .min(0)
      .max(MAX_SHARDS - 1),
    seconds,
  }),
  /** The peer cannot go on with the plan: a link that can't be had, a lost device. */
  z.strictObject({
    type: z.literal('failed'),
    plan: planId,
    reason: shownText(500),
    peer: peerId.optional(),
    /** The key of a brick that is not what was sealed. */
    object: z.string().max(MAX_KEY_LENGTH).optional(),
  }),
  /** A peer that the plan can do without cannot be reached. This one goes on, once it is told who computes in its place. */
  z.strictObject({ type: z.literal('missed'), plan: planId, peer: peerId, reason: shownText(500) }),
  /** The store does not take or give this peer's objects just now; it tries again. Said each time. */
  z.strictObject({ type: z.literal('held'), plan: planId, reason: shownText(500) }),
  /** The field has become infinite, or no number: `state` after `step` steps. */
  z.strictObject({ type: z.literal('diverged'), plan: planId, step, state: shownText(200) }),
  /**
   * A member of a sweep is over on this peer: all its chunks are in the store, unless there is a `failure`. `final`: it would
   * fail anywhere.
   */
  z.strictObject({
    type: z.literal('member'),
    plan: planId,
    member: memberNumber,
    computeSeconds: seconds,
    cellUpdates: count,
    failure: z.strictObject({ reason: shownText(500), final: z.boolean() }).optional(),
  }),
  /** Answers `ping`: so many steps are made; `busy`: the engine has been asked for more. */
  z.strictObject({ type: z.literal('pong'), step, busy: z.boolean() }),
  /** The peer's own key, and that it has it: the signature of what `keyProof` makes of the welcome's nonce. */
  z.strictObject({
    type: z.literal('key'),
    key: keySchema,
    proof: signatureSchema,
    /** Devices that share it compute the same bits in a fixed window. */
    numericalClass: z.string().regex(/^[0-9a-f]{16}$/),
  }),
  /** A span has ended: what the peer has there, by its signature. */
  z.strictObject({
    type: z.literal('signed'),
    plan: planId,
    statement: statementSchema,
    /** A digest for each brick of the shard, base64; `statement.root` is their hash. */
    bricks: brickDigests,
    signature: signatureSchema,
  }),
  /** Of the span that ended at `step` the peer has nothing to show, or could not bring it. */
  z.strictObject({ type: z.literal('withheld'), plan: planId, step, reason: shownText(500) }),
  /** Answers `inspect`: what comes of the span, or why this peer cannot tell. */
  z.strictObject({
    type: z.literal('inspected'),
    request: count,
    answer: z.union([answerSchema, z.strictObject({ failure: shownText(500) })]),
  }),
  /** Asks to go; the peer stays until `released`, and hands its shard over meanwhile. */
  z.strictObject({ type: z.literal('leave') }),
]);
export type ToCoordinator = z.infer<typeof toCoordinator>;

const iceServers = z
  .array(
    z.strictObject({
      urls: z.string().max(MAX_URL_LENGTH),
      username: z.string().max(MAX_URL_LENGTH).exactOptional(),
      credential: z.string().max(MAX_URL_LENGTH).exactOptional(),
    }),
  )
  .max(MAX_ICE_SERVERS);

export const toPeer = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('welcome'),
    version: z.number().int(),
    peer: peerId,
    room: z.string().max(64),
    iceServers,
    /** What the peer proves its key with. */
    nonce: z.string().max(64),
    /** Opens the peer's place again, should the connection break. */
    key: z.string().max(64),
    /** How many messages were heard there before. */
    heard: count,
  }),
  /** Answers `watch`. */
  z.strictObject({ type: z.literal('watching'), version: z.number().int(), peer: peerId, iceServers }),
  /** So many messages have been heard, `welcome` and this not counted. */
  z.strictObject({ type: z.literal('heard'), count }),
  /** Servers for links from now on: the credentials told before end soon. */
  z.strictObject({ type: z.literal('ice'), iceServers }),
  z.strictObject({
    type: z.literal('signal'),
    from: peerId,
    link: z.number().int().min(0),
    data: signalData,
  }),
  /**
   * Peers may advance to step `until`, an epoch's end or the job's. Sent again as the slowest peer reports. Where
   * there is a `checkpoint`, they store their bricks at its step; what is as it was in the one named `since` need not be.
   * Where there is a `copy`, they keep their state as of its step, and give it to their buddies.
   * Where a plan is signed and `sign` is true, a span ends at `until`.
   */
  z.strictObject({
    type: z.literal('grant'),
    plan: planId,
    until: step,
    checkpoint: checkpointSchema.optional(),
    copy: copySchema.optional(),
    sign: z.literal(true).optional(),
  }),
  /**
   * A peer holds nothing of the plan any more. Where it had a shard, the shard's shadow is its peer from here on, and stores what
   * was `owed`: the shard's part of the snapshots at these steps, and of the checkpoint of that name.
   */
  z.strictObject({
    type: z.literal('retired'),
    plan: planId,
    peer: peerId,
    owed: owedSchema,
  }),
  z.strictObject({
    type: z.literal('addresses'),
    request: z.number().int().min(0),
    objects: z
      .array(z.strictObject({ key: z.string().max(MAX_KEY_LENGTH), url: z.string().max(MAX_URL_LENGTH) }))
      .max(256),
  }),
  /** Asks to be shown a span that has been signed: to be put to `url`, at once. */
  z.strictObject({
    type: z.literal('show'),
    plan: planId,
    /** Where the span ended. */
    step,
    start: z.boolean(),
    outcome: z.boolean(),
    /** Instead of all that: these bricks of the shard as the span left them, by their places in it, and how loud the shard is. */
    bricks: z
      .array(
        z
          .number()
          .int()
          .min(0)
          .max(MAX_BRICKS_SIGNED - 1),
      )
      .min(1)
      .max(MAX_BRICKS_SIGNED)
      .exactOptional(),
    url: z.string().max(MAX_URL_LENGTH),
  }),
  /**
   * Two signed otherwise for a span that is too large to be shown: asks this peer to compute its own once more, and to tell what it had after the
   * steps `at` of it, and which halos went and came.
   */
  z.strictObject({
    type: z.literal('trace'),
    plan: planId,
    /** Where the span ended. */
    step,
    at: z.array(step).min(1).max(MAX_STEPS_TRACED),
    url: z.string().max(MAX_URL_LENGTH),
  }),
  /** Asks for the cells of some bricks of such a span, after the step `at`, and for the halos that came in then. */
  z.strictObject({
    type: z.literal('bricks'),
    plan: planId,
    step,
    at: step,
    /** Places among the bricks of the shard. */
    bricks: z
      .array(
        z
          .number()
          .int()
          .min(0)
          .max(MAX_BRICKS_SIGNED - 1),
      )
      .min(1)
      .max(MAX_BRICKS_SIGNED),
    url: z.string().max(MAX_URL_LENGTH),
  }),
  /**
   * Asks to compute a span of another peer again, from what lies at `url`: the state at its start, where `start` is true, and the halos
   * that came in. Otherwise it starts as the plan does.
   */
  z.strictObject({
    type: z.literal('inspect'),
    request: count,
    plan: planSchema,
    shard: z
      .number()
      .int()
      .min(0)
      .max(MAX_SHARDS - 1),
    from: step,
    to: step,
    start: z.boolean(),
    url: z.string().max(MAX_URL_LENGTH),
  }),
  /**
   * Members of the sweep in the document that this peer is to compute, after those it has, each whole; and those it
   * need not compute any more. `plan`: of this run of the sweep, to be named in what is said of it.
   */
  z.strictObject({
    type: z.literal('members'),
    plan: planId,
    compute: memberNumbers,
    leave: memberNumbers,
  }),
  /** Asked where an epoch is late. */
  z.strictObject({ type: z.literal('ping') }),
  /** A leaving peer's shard is in other hands; it can go. */
  z.strictObject({ type: z.literal('released') }),
  /** Something the peer sent was refused, or the peer is not wanted. `fatal`: the connection ends. */
  z.strictObject({
    type: z.literal('refused'),
    code: z.string().max(64),
    reason: shortText,
    fatal: z.boolean(),
  }),
]);
export type ToPeer = z.infer<typeof toPeer>;
