import type { JobEnd } from '../job-end.js';
import type { Member, RoomDocument } from '../room/conductor.js';
import type { Store } from '../store/store.js';

/** How a run ended, and why where there is something to say. */
export type End = Pick<JobEnd, 'state' | 'reason'>;

/** What a room lends to whatever it runs. */
export interface RunTools {
  readonly document: RoomDocument;
  readonly store: Store;
  readonly members: () => readonly Member[];
  /** The id of the room's next plan. */
  readonly nextPlan: () => number;
  /** The coordinator's term: grows with each coordinator that goes on with the store's jobs. */
  readonly term: number;
  readonly log: (event: string, details: object) => void;
  readonly onChange: () => void;
  /** Resolves when the store knows how the job or the sweep ended. */
  readonly recordEnd: (end: End) => Promise<void>;
}
