import type { Job } from '../../job/job.js';

/** A member of a sweep, as one peer computes it. */
export interface MemberWork {
  /** The member's own id, under which its chunks lie. */
  readonly id: string;
  /** The member whose inputs it starts from: its own, or those of one that starts from the same. */
  readonly inputs: string;
  readonly job: Job;
  /** Of the sweep's longest member: as long are the series that it is a part of. */
  readonly longest: number;
}
