import type { Checker } from '../../coordinator/trust/checker.js';
import type { Parties } from '../../coordinator/trust/parties.js';
import {
  type Device,
  newcomer,
  PlayedRun,
  partyOf,
  playedParties,
} from '../../coordinator/trust/played-run.suite.js';
import { skippedStep } from '../../core/trust/attacks.suite.js';
import { FLOOR } from '../../core/trust/reputation/standing.js';
import { type Ground, SOUNDED } from './grounds.js';
import { SPAN_STEPS } from './honest.js';

/** What peers that cheat in all they do came to, who were not strangers, or were too many of them. */
export interface Caught {
  readonly peers: number;
  readonly found: number;
  /** Spans from the first false one until the peer was found, in the mean. */
  readonly spans: number;
}

interface Tools {
  readonly device: Device;
  readonly checker: Checker;
}

/** No peer lasts so long: of those that are checked as seldom as any, one in some hundred million would. */
const LONGEST = Math.round(20 / FLOOR);

/** Peers that skip steps after so many good checks. */
export async function betrayals(tools: Tools, good: number, peers: number): Promise<Caught> {
  const spans: number[] = [];
  for (let peer = 0; peer < peers; peer += 1) {
    const parties = playedParties();
    spans.push(await spansUntilFound(tools, parties, { good }));
  }
  return caught(spans);
}

/** So many keys of one owner, one after the other, each of which skips steps from the start. */
export async function sybils(tools: Tools, keys: number): Promise<Caught> {
  const parties = playedParties();
  const spans: number[] = [];
  for (let key = 0; key < keys; key += 1) {
    spans.push(await spansUntilFound(tools, parties, { good: 0, owner: 'one and the same' }));
  }
  return caught(spans);
}

async function spansUntilFound(
  { device, checker }: Tools,
  parties: Parties,
  { good, owner }: { readonly good: number; readonly owner?: string },
): Promise<number> {
  const { job, boxes } = SOUNDED[0] as Ground;
  const engine = skippedStep.on(device.engine);
  const liar = await newcomer({ ...device, engine }, { ...(owner !== undefined && { owner }) });
  const players = [await newcomer(device), liar, await newcomer(device)];
  // The honest ones are trusted too: their checks would only take time.
  for (const player of players) {
    for (let check = 0; check < (player === liar ? good : 100); check += 1) {
      parties.record(partyOf(player), 'good');
    }
  }
  const run = await PlayedRun.start(job, boxes, players, { checker, parties });
  try {
    for (let span = 1; span <= LONGEST; span += 1) {
      await run.span(SPAN_STEPS);
      if (run.found.length > 0) return span;
    }
    return Number.POSITIVE_INFINITY;
  } finally {
    await run.close();
  }
}

function caught(spans: readonly number[]): Caught {
  const found = spans.filter(Number.isFinite);
  return {
    peers: spans.length,
    found: found.length,
    spans: found.reduce((sum, count) => sum + count, 0) / found.length,
  };
}
