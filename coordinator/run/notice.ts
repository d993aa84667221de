import type { JobOrSweep } from '../../core/job/whole-sweep.js';
import { MAX_REASON_LENGTH, type RoomJob } from '../../core/protocol/document.js';
import type { RoomDocument } from '../room/conductor.js';

/** What a room's document says of one job: its state, and why. */
export class Notice {
  readonly #document: RoomDocument;
  readonly #id: string;
  readonly #job: Pick<JobOrSweep, 'file'>;
  readonly #log: (event: string, details: object) => void;
  #shown: Pick<RoomJob, 'state' | 'reason'> | undefined;

  constructor(
    document: RoomDocument,
    id: string,
    job: Pick<JobOrSweep, 'file'>,
    log: (event: string, details: object) => void,
  ) {
    this.#document = document;
    this.#id = id;
    this.#job = job;
    this.#log = log;
  }

  show(state: RoomJob['state'], reason: string | undefined): void {
    // Each plan is `running` again; the job's file need not go to everybody with it.
    if (this.#shown?.state === state && this.#shown.reason === reason) return;
    this.#shown = { state, ...(reason !== undefined && { reason }) };
    this.#log('state', { job: this.#id, ...this.#shown });
    this.#document.setJob({ id: this.#id, file: this.#job.file, ...this.#shown });
  }

  /** Somebody else has written to the document: it no longer says what was shown last. */
  forget(): void {
    this.#shown = undefined;
  }
}

/** A reason as long as the document takes it. */
export const shownReason = (reason: string | undefined) => reason?.slice(0, MAX_REASON_LENGTH);
