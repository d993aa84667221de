import type { JobOrSweep } from '../../core/job/whole-sweep.js';
import type { MeasuredLink } from '../../core/plan/known-fleet.js';
import type { Progress, RoomJob, RosterEntry } from '../../core/protocol/document.js';
import type { Ability, ToCoordinator, ToPeer } from '../../core/protocol/messages.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';
import type { ExportedLedger } from '../../core/trust/reputation/ledger.js';
import type { RunLog } from '../run/run-log.js';
import type { MembersNow } from '../sweep/members-now.js';

/** A peer that has said hello and been let in. */
export interface Member {
  readonly id: PeerId;
  readonly name: string;
  readonly kind: 'node' | 'browser';
  readonly ability: Ability;
  /** Whoever stands behind it, as far as can be told: the network address it comes from. */
  readonly owner: string;
  /** What it is to prove its key with. */
  readonly nonce: string;
  /** Seconds of a message to it and back; undefined until a heartbeat was answered. */
  readonly roundTrip: () => number | undefined;
  /** Its connection is gone, and its place is kept for it: the room decides when it is lost. */
  readonly isAway: () => boolean;
  send(message: ToPeer): void;
  /** Lets it say so much more than its share of messages: it is being asked for them. */
  allow(messages: number): void;
  /** Tells the peer why, and ends its connection. */
  dismiss(code: string, reason: string): void;
}

/** Messages about the run; the room itself lets peers and viewers in, passes on `signal` and sees to `heard`. */
export type RunMessage = Exclude<ToCoordinator, { type: 'hello' | 'watch' | 'view' | 'signal' | 'heard' }>;

/** The room's document, as its one writer sees it. */
export interface RoomDocument {
  setMember(id: PeerId, entry: RosterEntry | undefined): void;
  setJob(job: RoomJob | undefined): void;
  setPlan(plan: Plan | undefined): void;
  setProgress(progress: Progress | undefined): void;
}

/** Values of a state of a probe, both by their places in the job, after `count` steps from step `first` on. */
export type ProbeReader = (
  probe: number,
  state: number,
  first: number,
  count: number,
) => Promise<Float32Array>;

/**
 * Runs a room's jobs, one after the other. The room calls it; calls never overlap and never throw.
 * (`coordinator/run` implements it.)
 */
export interface Conductor {
  joined(member: Member): void;
  heard(member: Member, message: RunMessage): void;
  /** The connection is gone, said goodbye or not. */
  lost(member: Member): void;
  /**
   * Queues a job, or a sweep, whose inputs are in the store. One that has run before goes on from its newest sealed checkpoint;
   * it must not be waiting or running.
   */
  submit(id: string, work: JobOrSweep): void;
  /** False where no such job waits or runs. */
  stop(id: string): boolean;
  jobs(): readonly JobStatus[];
  /** What has become of a sweep's members; undefined where no such sweep has begun here. */
  membersOf(id: string): MembersNow | undefined;
  /** The links of a job's run; none where it has not begun here. */
  links(id: string): readonly MeasuredLink[];
  /** Verified cell updates by key and owner, the most deserving first. */
  credit(): ExportedLedger;
  /** Reads what the probes of a job have recorded, the newest too; undefined where it has not begun here. */
  probes(id: string): ProbeReader | undefined;
  /** What happened in the room lately. */
  readonly log: Pick<RunLog, 'read'>;
  /** Resolves when the job is done, failed or stopped. Rejects where there is no such job. */
  finished(id: string): Promise<JobStatus>;
  close(): Promise<void>;
}

export interface JobStatus {
  readonly id: string;
  readonly name: string;
  readonly state: RoomJob['state'];
  readonly reason?: string;
  readonly progress?: Progress;
  readonly plan?: Plan;
  /** Where the result is: the store's location and the key under it. */
  readonly result: string;
}
