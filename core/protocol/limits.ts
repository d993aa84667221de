/** The version spoken on every wire. A peer of another version is told so and let go. */
export const PROTOCOL_VERSION = 1;

/** A control message, text over the WebSocket. Session descriptions are the longest, about 4 kB. */
export const MAX_CONTROL_BYTES = 256 * 1024;

/** A job file. It travels in the room's document. */
export const MAX_JOB_BYTES = 128 * 1024;

/** The series of a source that comes from a file: 262,144 values, which a peer keeps whole. */
export const MAX_SERIES_BYTES = 1024 * 1024;

/** What a peer is called, in characters. */
export const MAX_NAME_LENGTH = 64;

/** What a peer says of itself, JSON. */
export const MAX_AWARENESS_BYTES = 1024;

/** Largest message on a data channel: every implementation takes it, and 64 KiB is where the first ones fail. */
export const MAX_FRAGMENT_BYTES = 16 * 1024;

/** The same on a socket between processes of one machine, where a longer one saves calls. */
export const MAX_SOCKET_FRAGMENT_BYTES = 128 * 1024;

/** Largest link message, before it is cut: a halo of 16 components of a 1024² face, 4 deep. */
export const MAX_LINK_MESSAGE_BYTES = 256 * 1024 * 1024;

/** State of a shard that is kept in memory twice, by its peer and by another. What is larger has the store alone. */
export const MAX_COPY_BYTES = 128 * 1024 * 1024;

/** A link stops sending above the high mark and goes on below the low one. */
export const HIGH_WATER_BYTES = 1024 * 1024;
export const LOW_WATER_BYTES = 512 * 1024;

/** Messages a link holds for its caller while the network is slower: two of the largest. */
export const MAX_LINK_QUEUE_BYTES = 2 * MAX_LINK_MESSAGE_BYTES;

/** Halos that came before they are due wait here; neighbours are at most two exchanges ahead, plan changes included. */
export const MAX_INBOX_BYTES = 1024 * 1024 * 1024;

/** A healthy link opens within a second even at 200 ms; lossy ones fail now and then and are tried again. */
export const LINK_TIMEOUT_MS = 5_000;

/** Attempts to connect directly, before a relay is taken. */
export const LINK_ATTEMPTS = 2;

/** The side that answers waits for all of the other's attempts, by relay too, and for the plan to reach it. */
export const LINK_OFFER_WAIT_MS = 2 * (LINK_ATTEMPTS + 2) * LINK_TIMEOUT_MS;

/**
 * A channel says that it lives this often, and is given up when nothing has come for so many times in a row. What is
 * stuck below looks open for ever. A laden device that is silent for longer pays with a new channel, and with nothing else.
 */
export const LINK_PULSE_MS = 2_000;
export const LINK_MISSED_PULSES = 3;

/** So long a link may be without a channel. A network that changes takes the way to the coordinator along. */
export const LINK_MEND_MS = 15_000;

/** The other side is told what has come at the latest after so much; it keeps for us what it has not been told of. */
export const LINK_ACKNOWLEDGE_BYTES = 256 * 1024;

/** After so long on the way through the coordinator the direct one is tried again; the pauses double. */
export const LINK_UPGRADE_MS = 30_000;
export const LINK_LONGEST_UPGRADE_MS = 10 * 60_000;

/** What may be under way on one relayed channel, one way: 2 MB/s at a round trip of 100 ms, and all that it costs the coordinator. */
export const RELAY_WINDOW_BYTES = 256 * 1024;

/** A message counts as so much at least: what a relay does for it does not depend on its length. */
export const RELAY_LEAST_BYTES = 256;

/** The coordinator pings each connection; one that misses a few in a row is dead. */
export const HEARTBEAT_MS = 1_000;
export const DEAD_AFTER_MS = 4_000;

/**
 * How long the coordinator keeps a peer's place when its connection ends. One that the peer's system ended without a
 * word is a process that died, or a proxy between: whoever lives is back at once. Silence is a network that is away.
 */
export const BROKEN_GRACE_MS = 1_000;
export const SILENT_GRACE_MS = 6_000;

/** So long a peer tries to come back to its place, before it gives up what it computes. */
export const RESUME_WITHIN_MS = 15_000;

/** Control messages kept for the other side until it says that it has heard them; it says so every few dozen. */
export const MAX_UNACKNOWLEDGED_BYTES = 16 * 1024 * 1024;

/** An object a peer uploads: a brick of 256³ f32, one state. */
export const MAX_UPLOAD_BYTES = 96 * 1024 * 1024;

/** Bricks of a checkpoint that one message tells of: a quarter of what a control message holds. */
export const MAX_BRICKS_TOLD = 64 * 1024;

/** Bricks of a shard whose peer signs for it: a digest each, so many in one message. Larger shards are not signed for. */
export const MAX_BRICKS_SIGNED = 4096;

/** What a peer shows of one span, in one body. Shards whose epoch takes more are not checked. */
export const MAX_EVIDENCE_BYTES = 256 * 1024 * 1024;

/** State of a shard whose peer signs for it, though it may be too large to be shown: peers keep up to four copies. Larger ones are not signed for. */
export const MAX_SIGNED_BYTES = 1024 * 1024 * 1024;

/** Steps of a span that a peer is asked to trace at once: a state is hashed for each. */
export const MAX_STEPS_TRACED = 32;

/** A peer that has not shown a span in this time is taken to withhold it. */
export const EVIDENCE_WITHIN_MS = 60_000;

/** An inspector that has not answered in this time is not waited for any more: the coordinator computes the span again itself. */
export const INSPECT_WITHIN_MS = 30_000;

/** Snapshots that a shadow is told to store in another's place: those of the epochs that peers may be ahead of one another. */
export const MAX_SNAPSHOTS_OWED = 16_384;

/** Links whose figures one message tells: those to all 26 neighbours of a shard in a regular cut, and some more. */
export const MAX_LINKS_TOLD = 32;

/** Members of a sweep in one message: more than a peer is ever given at once. */
export const MAX_MEMBERS_TOLD = 1024;

/** Signed upload addresses stay good this long. */
export const UPLOAD_VALID_MS = 10 * 60_000;

/** An object that has not come or gone in this time has stalled: 96 MiB take so long at 2.6 Mbit/s. */
export const OBJECT_TIMEOUT_MS = 5 * 60_000;

/** STUN and TURN servers of a coordinator: browsers slow down with more than a few. */
export const MAX_ICE_SERVERS = 8;

/** A key of the store; its own limit is in bytes, and keys are ASCII. */
export const MAX_KEY_LENGTH = 512;

/** A signed address: a key, and what S3 puts behind it. */
export const MAX_URL_LENGTH = 4096;

/** Cells between two samples of a view: a view of a thousand cells is then a thumbnail. */
export const MAX_VIEW_STRIDE = 64;

/** Frames a second of a view: what screens show. */
export const MAX_VIEW_RATE = 60;

/** Samples of a slice: a plane of 2048². Larger planes are seen with a stride. */
export const MAX_SLICE_SAMPLES = 4 * 1024 * 1024;

/** Samples of a volume that one place shows: 64³. Larger ones are seen with a stride. */
export const MAX_VOLUME_SAMPLES = 64 * 64 * 64;

/** Slices that may be under way to a viewer from one place: enough to hide a round trip, little for it to keep. */
export const MAX_LOOK_CREDIT = 8;

/** Viewers that one peer, or one viewer, serves at once: those of other views, and those who lost the one they had. */
export const MAX_LOOKERS = 8;

/** So long a viewer waits for frames from the viewer before it, while the run goes on; then it asks the peers itself. */
export const VIEW_STARVED_MS = 5_000;
