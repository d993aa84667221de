// What a connection may take of the coordinator. Each bound is far above what an honest peer needs.

/** Peers in one room. A plan names at most 4096; each follows every change of the document. */
export const MAX_MEMBERS = 1024;

/** Connections that only watch. They cost a copy of each change of the document and nothing else. */
export const MAX_WATCHERS = 256;

/** Viewers in one room. Each is known to all peers, and they signal with it. */
export const MAX_VIEWERS = 128;

/** Different planes that a room's viewers may see at once: each is read and sent by the peers that hold it. */
export const MAX_VIEWS = 4;

/** To so many others each viewer passes on what it sees. */
export const VIEWERS_SERVED = 2;

/** A room holds a document and a conductor for as long as the coordinator lives. */
export const MAX_ROOMS = 32;

/** Binary frames from a peer: an awareness state, or the state vector of a document with one writer. */
export const MAX_FRAME_BYTES = 4 * 1024;

/** Messages a connection may send at once: a large plan makes a peer signal with hundreds of neighbours. */
export const BURST_MESSAGES = 2_000;

/** Messages a second in the long run, beside the reports of granted epochs: small grids make thousands of those. */
export const MESSAGES_PER_SECOND = 500;

/** Answering a question with the document costs as much as so many small messages. */
export const QUESTION_COST = 100;

/** After so many messages that break the protocol a connection is given up. */
export const MAX_FAULTS = 10;

/** Bytes waiting for one slow connection: many times the largest document. */
export const MAX_BACKLOG_BYTES = 16 * 1024 * 1024;

/** A frame of a relayed channel: a message of the largest size, and its head. */
export const MAX_RELAY_FRAME_BYTES = 17 * 1024;

/** Relayed channels of one peer: a shard has up to 26 neighbours, under two plans at once. */
export const MAX_RELAY_CHANNELS = 64;

/**
 * What one relayed channel carries one way, and all of a room's together. Beyond it the coordinator holds back what
 * tells senders that their messages were taken, so that they wait, and nothing piles up here.
 */
export const RELAY_BYTES_PER_SECOND = 4 * 1024 * 1024;
export const ROOM_RELAY_BYTES_PER_SECOND = 32 * 1024 * 1024;

/** A credential for TURN servers is good so long; peers get a new one when half of it is over. */
export const TURN_VALID_MS = 60 * 60_000;

/** Awareness changes are gathered so long and sent together, however many peers speak. */
export const AWARENESS_INTERVAL_MS = 100;
