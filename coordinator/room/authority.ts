import { createDecoder, hasContent, readVarString, readVarUint } from 'lib0/decoding';
import { createEncoder, toUint8Array, writeVarString, writeVarUint } from 'lib0/encoding';
import {
  Awareness,
  applyAwarenessUpdate,
  encodeAwarenessUpdate,
  removeAwarenessStates,
} from 'y-protocols/awareness';
import { Doc } from 'yjs';
import { ProtocolError } from '../../core/errors.js';
import {
  awarenessSchema,
  type Progress,
  progressSchema,
  type RoomJob,
  type RosterEntry,
  roomJobSchema,
  rosterEntrySchema,
  type ViewerEntry,
  viewerEntrySchema,
} from '../../core/protocol/document.js';
import { type Frame, writeAnswer, writeAwareness, writeUpdate } from '../../core/protocol/frames.js';
import { MAX_AWARENESS_BYTES } from '../../core/protocol/limits.js';
import { type PeerId, type Plan, planSchema } from '../../core/protocol/plan.js';
import type { RoomDocument } from './conductor.js';
import { AWARENESS_INTERVAL_MS } from './limits.js';

/** A connection that follows the document. */
export interface Follower {
  /** The id it was given, once it has said hello: what it may speak for. */
  peer(): PeerId | undefined;
  send(frame: Uint8Array): void;
}

/** One follower's end of the document. */
export interface Following {
  /** @throws ProtocolError where the follower may not send that; nothing has changed then. */
  receive(frame: Frame): void;
  end(): void;
}

/**
 * The room's document, written here alone. Followers ask for it and are told what changes; of what they
 * send, only their own awareness state gets in.
 */
export class Authority implements RoomDocument {
  readonly #doc = new Doc();
  readonly #awareness = new Awareness(this.#doc);
  readonly #roster = this.#doc.getMap<RosterEntry>('roster');
  readonly #viewers = this.#doc.getMap<ViewerEntry>('viewers');
  readonly #run = this.#doc.getMap<RoomJob | Plan | Progress>('run');
  readonly #followers = new Set<Follower>();
  /** Awareness client ids, each spoken for by one follower. */
  readonly #claimed = new Set<number>();
  readonly #changed = new Set<number>();
  #announcement: NodeJS.Timeout | undefined;

  constructor() {
    this.#awareness.setLocalState(null);
    this.#doc.on('update', (update: Uint8Array) => this.#broadcast(writeUpdate(update)));
    this.#awareness.on('update', ({ added, updated, removed }: Record<string, number[]>) =>
      this.#announce([added, updated, removed].flatMap((ids) => ids ?? [])),
    );
  }

  setMember(id: PeerId, entry: RosterEntry | undefined): void {
    if (entry === undefined) this.#roster.delete(id);
    else this.#roster.set(id, rosterEntrySchema.parse(entry));
  }

  setViewer(id: PeerId, entry: ViewerEntry | undefined): void {
    if (entry === undefined) this.#viewers.delete(id);
    else this.#viewers.set(id, viewerEntrySchema.parse(entry));
  }

  setJob(job: RoomJob | undefined): void {
    this.#set('job', job && roomJobSchema.parse(job));
  }

  setPlan(plan: Plan | undefined): void {
    this.#set('plan', plan && planSchema.parse(plan));
  }

  setProgress(progress: Progress | undefined): void {
    this.#set('progress', progress && progressSchema.parse(progress));
  }

  /** The roster as it stands, by peer id. */
  roster(): ReadonlyMap<PeerId, RosterEntry> {
    return new Map(this.#roster.entries());
  }

  /** Sends the document to a new follower, and every change from now on. */
  attach(follower: Follower): Following {
    this.#followers.add(follower);
    follower.send(writeAnswer(this.#doc));
    const present = [...this.#awareness.getStates().keys()];
    if (present.length > 0) follower.send(this.#awarenessOf(present));
    let client: number | undefined;

    return {
      receive: (frame) => {
        switch (frame.type) {
          case 'question':
            follower.send(this.#answer(frame.vector));
            break;
          case 'answer':
          case 'update':
            throw new ProtocolError('the document is read-only; leave writing it to the coordinator');
          case 'awareness':
            client = this.#hear(frame.update, client, follower.peer());
        }
      },
      end: () => {
        this.#followers.delete(follower);
        if (client === undefined) return;
        removeAwarenessStates(this.#awareness, [client], 'end');
        this.#claimed.delete(client);
      },
    };
  }

  close(): void {
    clearTimeout(this.#announcement);
    this.#followers.clear();
    this.#awareness.destroy();
    this.#doc.destroy();
  }

  #set(key: string, value: RoomJob | Plan | Progress | undefined): void {
    if (value === undefined) this.#run.delete(key);
    else this.#run.set(key, value);
  }

  #answer(vector: Uint8Array): Uint8Array {
    try {
      return writeAnswer(this.#doc, vector);
    } catch (error) {
      throw new ProtocolError('a sync question carries no state vector', { cause: error });
    }
  }

  /** Takes a follower's own awareness state in, and gives the client id that it speaks for from now on. */
  #hear(update: Uint8Array, claimed: number | undefined, peer: PeerId | undefined): number {
    if (peer === undefined) throw new ProtocolError('only peers have an awareness state; say hello first');
    const { client, clock, state } = readOneState(update);
    if (claimed === undefined ? this.#isTaken(client) : client !== claimed) {
      throw new ProtocolError(`awareness client ${client} is another’s; a connection speaks for one client`);
    }
    if (state !== null && state.peer !== peer) {
      throw new ProtocolError(`awareness speaks for peer ${state.peer}; this connection is peer ${peer}`);
    }
    this.#claimed.add(client);
    // Written anew from what was checked: nothing unread gets through to the others.
    applyAwarenessUpdate(this.#awareness, writeOneState(client, clock, state), peer);
    return client;
  }

  #isTaken(client: number): boolean {
    return client === this.#doc.clientID || this.#claimed.has(client);
  }

  #announce(clients: readonly number[]): void {
    for (const client of clients) this.#changed.add(client);
    this.#announcement ??= setTimeout(() => {
      this.#announcement = undefined;
      const changed = [...this.#changed].filter((client) => this.#awareness.meta.has(client));
      this.#changed.clear();
      this.#broadcast(this.#awarenessOf(changed));
      // Followers need a gone client's clock once, to see it go; kept for ever, clocks would fill the memory.
      for (const client of changed) {
        if (!this.#awareness.states.has(client)) this.#awareness.meta.delete(client);
      }
    }, AWARENESS_INTERVAL_MS);
  }

  #awarenessOf(clients: number[]): Uint8Array {
    return writeAwareness(encodeAwarenessUpdate(this.#awareness, clients));
  }

  #broadcast(frame: Uint8Array): void {
    for (const follower of this.#followers) follower.send(frame);
  }
}

function readOneState(update: Uint8Array) {
  if (update.length > MAX_AWARENESS_BYTES) {
    throw new ProtocolError(
      `an awareness state has at most ${MAX_AWARENESS_BYTES} bytes, not ${update.length}`,
    );
  }
  try {
    const decoder = createDecoder(update);
    const count = readVarUint(decoder);
    if (count !== 1) throw new ProtocolError(`awareness of ${count} clients; send your own alone`);
    const client = readVarUint(decoder);
    const clock = readVarUint(decoder);
    const state = awarenessSchema.nullable().parse(JSON.parse(readVarString(decoder)));
    if (hasContent(decoder)) throw new ProtocolError('bytes follow the end of an awareness state');
    return { client, clock, state };
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    throw new ProtocolError('an awareness state breaks its schema', { cause: error });
  }
}

function writeOneState(client: number, clock: number, state: unknown): Uint8Array {
  const encoder = createEncoder();
  writeVarUint(encoder, 1);
  writeVarUint(encoder, client);
  writeVarUint(encoder, clock);
  writeVarString(encoder, JSON.stringify(state));
  return toUint8Array(encoder);
}
