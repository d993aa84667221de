import type { Checker } from '../../coordinator/trust/checker.js';
import {
  type Device,
  newcomer,
  PlayedRun,
  partyOf,
  playedParties,
} from '../../coordinator/trust/played-run.suite.js';
import { NEWCOMER_CHECKS } from '../../core/trust/reputation/standing.js';
import { GROUNDS, type Ground } from './grounds.js';

/** Steps of a span: two exchanges. */
export const SPAN_STEPS = 8;

export interface HonestChecks {
  readonly checks: number;
  /** Peers that were found to be anything but honest. */
  readonly flagged: number;
}

/** One part in so many of the checks has a GPU among its peers, which is emulated where there is none, and then slow. */
const WITH_GPU = 8;

/**
 * At least so many checks of honest peers, two or three devices side by side, on each ground in turn. The checker is of the first device's class.
 */
export async function checkHonest(
  [plain, fused, gpu]: readonly [Device, Device, Device],
  checker: Checker,
  checks: number,
): Promise<HonestChecks> {
  const mixed = Math.ceil(checks / WITH_GPU);
  // Side by side: whoever waits for a GPU leaves the thread to others.
  const parts = await Promise.all([
    checkOnAll([plain, fused, gpu], checker, mixed),
    checkOnAll([plain, fused, plain], checker, checks - mixed),
  ]);
  return parts.reduce((a, b) => ({ checks: a.checks + b.checks, flagged: a.flagged + b.flagged }));
}

async function checkOnAll(
  devices: readonly Device[],
  checker: Checker,
  checks: number,
): Promise<HonestChecks> {
  let [made, flagged] = [0, 0];
  for (const [index, ground] of GROUNDS.entries()) {
    // Each class sits at either end and in the middle.
    const order = devices.map((_, seat) => devices[(seat + index) % devices.length] as Device);
    const due = Math.ceil((checks - made) / (GROUNDS.length - index));
    const run = await checkOn(ground, order, checker, due);
    made += run.checks;
    flagged += run.flagged;
  }
  return { checks: made, flagged };
}

async function checkOn({ job, boxes }: Ground, devices: readonly Device[], checker: Checker, checks: number) {
  const parties = playedParties();
  const players = await Promise.all(devices.map((device) => newcomer(device)));
  const run = await PlayedRun.start(job, boxes, players, { checker, parties });
  try {
    for (let span = 0; run.checks < checks && run.found.length === 0; span += 1) {
      // They stay newcomers, of whom each span is checked.
      if (span % (NEWCOMER_CHECKS - 1) === 0)
        for (const player of players) parties.record(partyOf(player), 'bad');
      await run.span(SPAN_STEPS);
    }
    return { checks: run.checks, flagged: run.found.length };
  } finally {
    await run.close();
  }
}
