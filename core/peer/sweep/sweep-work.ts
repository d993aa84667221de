import { checkJob } from '../../job/check.js';
import type { Job } from '../../job/job.js';
import { memoryNeeded } from '../../job/memory.js';
import { isSweep, memberOf, readSweep, type Sweep, whereabouts } from '../../job/sweep.js';
import { inputsIdOf, longestOf } from '../../job/whole-sweep.js';
import type { RoomJob } from '../../protocol/document.js';
import { memberId } from '../../protocol/member-id.js';
import type { ToPeer } from '../../protocol/messages.js';
import type { Said } from '../../protocol/session.js';
import type { RunTools } from '../shard-run.js';
import type { Uploader } from '../uploader.js';
import { MemberRun, type Outcome } from './member-run.js';

/** Members computed at once: while one is filled or read, the device makes another's steps. */
const COMPUTED_AT_ONCE = 2;
/** Devices do what they are asked in its order, so one that is filled waits for those before it: short ones need a longer row. */
const SHORT_AT_ONCE = 4;
const SHORT_SECONDS = 1;
/** Members on the device at once, with those that are on their way to the store. */
const HELD_AT_ONCE = 8;

type Assignment = Extract<ToPeer, { type: 'members' }>;

/** What a peer does of a sweep. */
export interface SweepStatus {
  readonly sweep: string;
  /** What sets those members apart that are computed now: `speed = 2, depth = 3`. */
  readonly running: readonly string[];
  /** Members that this peer is done with. */
  readonly done: number;
  /** Cell updates in them. */
  readonly updates: number;
}

export interface SweepWorkTools
  extends Pick<RunTools, 'self' | 'engine' | 'links' | 'now' | 'pause' | 'objects'> {
  readonly uploader: Uploader;
  readonly send: (message: Said) => void;
  /** Undefined when there is nothing to do any more. */
  readonly onChange: (status: SweepStatus | undefined) => void;
}

interface Held {
  readonly member: number;
  readonly where: string;
  /** That it takes on the device. */
  readonly bytes: number;
  readonly run: MemberRun;
}

/** This peer's part in one run of a sweep. */
interface Part {
  readonly plan: number;
  readonly id: string;
  readonly file: Readonly<Record<string, unknown>>;
  readonly sweep: Sweep;
  readonly longest: number;
  /** Numbers of members that are to be computed, in this order. */
  readonly waiting: number[];
  /** Those on the device; one that was recalled until it has ended, beside its next run where it was given again. */
  readonly held: Set<Held>;
  computing: number;
  /** Seconds that the device took for the member done last. */
  seconds: number;
  done: number;
  updates: number;
}

/** The members of sweeps that this peer is given: each whole, a few at once, one after the other. */
export class SweepWork {
  readonly #tools: SweepWorkTools;
  readonly #background = new Set<Promise<void>>();
  #part: Part | undefined;

  constructor(tools: SweepWorkTools) {
    this.#tools = tools;
  }

  /** The room's document has changed: what is left of a sweep that does not run any more is let be. */
  follow(roomJob: RoomJob | undefined): void {
    if (this.#part && (roomJob?.id !== this.#part.id || roomJob.state !== 'running')) this.#end(this.#part);
  }

  /** Throws JobError where the document has no sweep that we know how to read. */
  assign({ plan, compute, leave }: Assignment, roomJob: RoomJob | undefined): void {
    if (this.#part?.plan !== plan) {
      if (this.#part) this.#end(this.#part);
      if (!roomJob || !isSweep(roomJob.file)) return;
      this.#part = newPart(plan, roomJob.id, roomJob.file);
    }
    const part = this.#part;
    for (const member of leave) this.#leave(part, member);
    part.waiting.push(...compute);
    this.#advance(part);
    this.#show(part);
  }

  /** Stops at once; resolves when the device is free. */
  async close(): Promise<void> {
    if (this.#part) this.#end(this.#part);
    await Promise.all(this.#background);
  }

  #leave(part: Part, member: number): void {
    const place = part.waiting.indexOf(member);
    if (place >= 0) part.waiting.splice(place, 1);
    for (const held of part.held) if (held.member === member) held.run.end();
  }

  #end(part: Part): void {
    this.#part = undefined;
    part.waiting.length = 0;
    this.#tools.uploader.drop(part.plan);
    for (const { run } of part.held) run.end();
    this.#tools.onChange(undefined);
  }

  /** Starts members for as long as the device has time and room for them. */
  #advance(part: Part): void {
    const most = part.seconds < SHORT_SECONDS ? SHORT_AT_ONCE : COMPUTED_AT_ONCE;
    while (part === this.#part && part.computing < most && part.held.size < HELD_AT_ONCE) {
      const number = part.waiting[0];
      if (number === undefined) return;
      const { places, file } = memberOf(part.sweep, part.file, number);
      const job = checkJob(file);
      const bytes = memoryNeeded(job, this.#tools.engine.kind);
      if (part.held.size > 0 && !this.#hasRoom(part, bytes)) return;
      part.waiting.shift();
      this.#keep(this.#compute(part, number, { places, job, bytes }));
    }
  }

  #hasRoom({ held }: Part, bytes: number): boolean {
    const taken = [...held].reduce((sum, other) => sum + other.bytes, 0);
    return taken + bytes <= this.#tools.engine.memory / 2;
  }

  async #compute(
    part: Part,
    number: number,
    { places, job, bytes }: { places: readonly number[]; job: Job; bytes: number },
  ): Promise<void> {
    const { uploader, send } = this.#tools;
    const run = new MemberRun(
      {
        ...this.#tools,
        upload: (uploads) => uploader.upload(part.plan, uploads),
        onHeld: (reason) => send({ type: 'held', plan: part.plan, reason }),
      },
      {
        id: memberId(part.id, places),
        inputs: inputsIdOf(part.id, part.sweep, places),
        job,
        longest: part.longest,
      },
    );
    const held = { member: number, where: whereabouts(part.sweep, places), bytes, run };
    part.held.add(held);
    part.computing += 1;
    await run.computed;
    part.computing -= 1;
    this.#advance(part);
    this.#report(part, number, await run.over);
    part.held.delete(held);
    this.#advance(part);
    this.#show(part);
  }

  #report(part: Part, member: number, outcome: Outcome): void {
    if (part !== this.#part) return;
    const told = { type: 'member', plan: part.plan, member } as const;
    switch (outcome.kind) {
      case 'done': {
        const { computeSeconds, cellUpdates } = outcome;
        part.seconds = computeSeconds;
        part.done += 1;
        part.updates += cellUpdates;
        return this.#tools.send({ ...told, computeSeconds, cellUpdates });
      }
      case 'failed': {
        const { reason, final } = outcome;
        const failure = { reason: reason.slice(0, 500), final };
        return this.#tools.send({ ...told, computeSeconds: 0, cellUpdates: 0, failure });
      }
      case 'left':
        return;
    }
  }

  #show(part: Part): void {
    if (part !== this.#part) return;
    const { sweep, held, done, updates } = part;
    const running = [...held].map(({ where }) => where);
    this.#tools.onChange({ sweep: sweep.name, running, done, updates });
  }

  /** Owns what goes on by itself, so that `close` can wait for it. */
  #keep(work: Promise<void>): void {
    const kept = work.finally(() => this.#background.delete(kept));
    this.#background.add(kept);
  }
}

function newPart(plan: number, id: string, file: Readonly<Record<string, unknown>>): Part {
  const sweep = readSweep(file);
  const longest = longestOf(sweep, file);
  return {
    ...{ plan, id, file, sweep, longest },
    waiting: [],
    held: new Set(),
    computing: 0,
    // Until one is done they are taken to be long.
    seconds: SHORT_SECONDS,
    done: 0,
    updates: 0,
  };
}
