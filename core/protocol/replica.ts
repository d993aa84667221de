import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate } from 'y-protocols/awareness';
import { applyUpdate, Doc } from 'yjs';
import type { z } from 'zod';
import {
  type AwarenessState,
  awarenessSchema,
  type Progress,
  progressSchema,
  type RoomJob,
  type RosterEntry,
  roomJobSchema,
  rosterEntrySchema,
  type ViewerEntry,
  viewerEntrySchema,
} from './document.js';
import { readFrame, writeAwareness } from './frames.js';
import { type PeerId, type Plan, planSchema } from './plan.js';

/** The room as its coordinator tells it. Each value stays the same object until it changes. */
export interface RoomView {
  readonly roster: ReadonlyMap<PeerId, RosterEntry>;
  readonly viewers: ReadonlyMap<PeerId, ViewerEntry>;
  readonly job: RoomJob | undefined;
  readonly plan: Plan | undefined;
  readonly progress: Progress | undefined;
  /** What peers say of themselves. */
  readonly peers: ReadonlyMap<PeerId, AwarenessState>;
}

/** Follows the coordinator's document, and never writes it. Every value is checked as it comes. */
export class Replica implements RoomView {
  readonly #doc = new Doc();
  readonly #awareness = new Awareness(this.#doc);
  #roster: ReadonlyMap<PeerId, RosterEntry> = new Map();
  #viewers: ReadonlyMap<PeerId, ViewerEntry> = new Map();
  #job: RoomJob | undefined;
  #plan: Plan | undefined;
  #progress: Progress | undefined;
  #peers: ReadonlyMap<PeerId, AwarenessState> = new Map();

  /** `send` takes frames for the coordinator: this peer's own awareness state. */
  constructor(send: (frame: Uint8Array) => void) {
    this.#awareness.setLocalState(null);
    this.#awareness.on('update', (_changes: unknown, origin: unknown) => {
      if (origin !== 'local') return;
      send(writeAwareness(encodeAwarenessUpdate(this.#awareness, [this.#awareness.clientID])));
    });
    this.#followMap('roster', rosterEntrySchema, (change) => {
      this.#roster = change(this.#roster);
    });
    this.#followMap('viewers', viewerEntrySchema, (change) => {
      this.#viewers = change(this.#viewers);
    });
    this.#followRun();
  }

  get roster() {
    return this.#roster;
  }
  get viewers() {
    return this.#viewers;
  }
  get job() {
    return this.#job;
  }
  get plan() {
    return this.#plan;
  }
  get progress() {
    return this.#progress;
  }
  get peers() {
    return this.#peers;
  }

  /** Takes a binary frame in. Throws where it, or a value in it, breaks its schema. */
  follow(bytes: Uint8Array): void {
    const frame = readFrame(bytes);
    switch (frame.type) {
      case 'question':
        // The replica holds nothing of its own to answer with.
        break;
      case 'answer':
      case 'update':
        applyUpdate(this.#doc, frame.update, this);
        break;
      case 'awareness':
        applyAwarenessUpdate(this.#awareness, frame.update, this);
        this.#peers = peersIn(this.#awareness);
        break;
    }
  }

  tell(state: AwarenessState): void {
    this.#awareness.setLocalState(awarenessSchema.parse(state));
  }

  end(): void {
    this.#awareness.destroy();
    this.#doc.destroy();
  }

  #followMap<T>(
    name: string,
    schema: z.ZodType<T>,
    apply: (change: (before: ReadonlyMap<PeerId, T>) => ReadonlyMap<PeerId, T>) => void,
  ): void {
    const map = this.#doc.getMap(name);
    map.observe(({ keysChanged }) =>
      apply((before) => {
        const next = new Map(before);
        for (const peer of keysChanged) {
          const entry = schema.optional().parse(map.get(peer));
          if (entry === undefined) next.delete(peer);
          else next.set(peer, entry);
        }
        return next;
      }),
    );
  }

  #followRun(): void {
    const run = this.#doc.getMap('run');
    run.observe(({ keysChanged }) => {
      if (keysChanged.has('job')) this.#job = roomJobSchema.optional().parse(run.get('job'));
      if (keysChanged.has('plan')) this.#plan = planSchema.optional().parse(run.get('plan'));
      if (keysChanged.has('progress')) this.#progress = progressSchema.optional().parse(run.get('progress'));
    });
  }
}

function peersIn(awareness: Awareness): ReadonlyMap<PeerId, AwarenessState> {
  const states = [...awareness.getStates().values()].map((state) => awarenessSchema.nullable().parse(state));
  return new Map(states.flatMap((state) => (state ? [[state.peer, state] as const] : [])));
}
