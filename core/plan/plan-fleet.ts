import { type Candidate, candidateOf, type Setting } from './candidate.js';
import type { Pace } from './cost.js';
import type { Fleet } from './fleet.js';
import { nearGroups } from './groups.js';
import { bestSubset, usableByRate } from './search.js';
import { type Use, usesIn } from './uses.js';
import type { Work } from './work.js';

export interface PlanOptions {
  readonly overlap: Pace['overlap'];
  /** `fastest`: the peers with which the run is quickest. `all`: every peer that can hold a brick. */
  readonly use: 'fastest' | 'all';
  /** Steps between exchanges, where the job fixes them; else chosen. */
  readonly exchangeEvery?: number | undefined;
}

/** Who computes what, how often they exchange, what that costs, and why. */
export interface FleetPlan extends Candidate {
  /** For each peer of the fleet. */
  readonly uses: readonly Use[];
}

/**
 * Chooses who computes a job, and how: the peers, their shards, and the steps between exchanges, so that the run is
 * predicted to be quickest (`costOf`). Never predicted slower than the fastest peer alone, where that can
 * hold the job. Equal arguments give equal plans. Undefined where the peers cannot hold the job.
 *
 * What peers and links can do is to be measured where it can be: a plan is as good as what it is told.
 */
export function planFleet(work: Work, fleet: Fleet, options: PlanOptions): FleetPlan | undefined {
  const setting = settingOf(work, fleet, options);
  const rough = options.use === 'all' ? undefined : bestSubset(setting);
  const members = rough?.members ?? usableByRate(setting).toSorted((a, b) => a - b);
  if (members.length === 0) return undefined;
  const fine = candidateOf(setting, members, 'thorough');
  const chosen = rough && (!fine || rough.cost.secondsPerStep < fine.cost.secondsPerStep) ? rough : fine;
  return chosen && { ...chosen, uses: usesIn(setting, chosen) };
}

export function settingOf(work: Work, fleet: Fleet, { overlap, exchangeEvery }: PlanOptions): Setting {
  return { work, fleet, overlap, exchangeEvery, groups: nearGroups(fleet) };
}
