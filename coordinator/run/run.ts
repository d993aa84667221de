import type { MeasuredLink } from '../../core/plan/known-fleet.js';
import type { Progress, RoomJob, ShownUse } from '../../core/protocol/document.js';
import type { PeerId, Plan } from '../../core/protocol/plan.js';
import type { Member, ProbeReader, RunMessage } from '../room/conductor.js';
import type { MembersNow } from '../sweep/members-now.js';

/** What a room's conductor lets run: a job (`JobRun`), or the members of a sweep (`SweepRun`). */
export interface Run {
  readonly state: RoomJob['state'];
  readonly reason: string | undefined;
  /** Of a coupled run that is under way. */
  readonly plan: Plan | undefined;
  readonly progress: Progress;
  readonly ended: boolean;
  /** What the probes of a job have recorded so far; a sweep has none of its own. */
  readonly readProbe: ProbeReader | undefined;
  /** Between its peers, as they have measured them. */
  readonly links: readonly MeasuredLink[];
  /** Of a sweep. */
  readonly members?: MembersNow;
  useOf(peer: PeerId): ShownUse | undefined;
  isLeaving(peer: PeerId): boolean;
  joined(): void;
  heard(member: Member, message: RunMessage): void;
  lost(member: Member): void;
  /** The store fails, and is asked again; undefined when it works again. */
  hindered(reason: string | undefined): void;
  stop(reason: string): void;
  /** Resolves when nothing of the run goes on any more. */
  close(): Promise<void>;
}
