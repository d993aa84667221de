import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkJob } from '../../core/job/check.js';
import type { JobFileInput } from '../../core/job/schema.js';
import { neighboursOf } from '../../core/plan/neighbours.js';
import type { Plan } from '../../core/protocol/plan.js';
import type { Member } from '../room/conductor.js';
import type { Assignment } from './assignment.js';
import { Course } from './course.js';
import { Crew } from './crew.js';
import { Staffing } from './staffing.js';
import { Troubles } from './troubles.js';

/** Between two looks, in milliseconds: as a run takes them. */
const LOOK_MS = 2_000;
const LOOKS = 50;
const RATE = 1e7;
const EPOCHS_A_LOOK = 4;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Numbers from 0 to 1, the same each time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const member = (id: string): Member => ({
  id,
  name: id,
  kind: 'node',
  ability: { engine: 'wasm', device: 'test', rate: RATE, memory: 4e9 },
  owner: id,
  nonce: id,
  roundTrip: () => 0.05,
  isAway: () => false,
  send: () => {},
  allow: () => {},
  dismiss: () => {},
});

interface Fleet {
  readonly count: number;
  readonly shape: [number, number, number];
  readonly brick: number;
  readonly run?: JobFileInput['run'];
  /** Of what peers measure, as a part of it: of their own rates, and of round trips and rates of links. */
  readonly noise: { readonly peers: number; readonly links: number };
  /** How often a link is measured at a fifth of its rate, in a bad moment, which it is taken for until it is measured anew: after ten looks or so. */
  readonly badMoments?: number;
  readonly seed: number;
  /** Bytes a second of each link. */
  readonly linkRate: number;
}

/** Follows a run of alike peers 50 ms apart for `LOOKS` looks. Returns each of its plans, the first one first. */
function followed({ count, shape, brick, run, noise, badMoments = 0, seed, linkRate }: Fleet): Assignment[] {
  const job = checkJob({
    name: 'steady',
    model: 'wave',
    grid: { shape, spacing: 1, brick },
    time: { steps: 100_000_000, courant: 0.5 },
    parameters: { speed: 1 },
    boundary: 'periodic',
    run: { ...run, use: 'all' },
  });
  const random = numbers(seed);
  const noisy = (value: number, part: number) => value * (1 + part * (2 * random() - 1));
  const known = new Set<string>();
  const room = Array.from({ length: count }, (_, i) => member(`peer${String(i).padStart(2, '0')}`));
  const staffing = new Staffing(job, new Crew(() => room), new Troubles());
  const start = staffing.start(count);
  if (start.kind !== 'go') throw new Error(start.reason);
  const plans = [start.assignment];
  let course = courseOf(start.assignment, 1);
  for (let look = 0; look < LOOKS; look++) {
    const { plan } = course;
    const { shards, epoch, exchangeEvery } = plan;
    const boxes = shards.map(({ box }) => box);
    for (const { peer, box } of shards) {
      const own = room.find(({ id }) => id === peer) as Member;
      for (let each = 0; each < EPOCHS_A_LOOK; each++) {
        const cells = (box.hi[0] - box.lo[0]) * (box.hi[1] - box.lo[1]) * (box.hi[2] - box.lo[2]);
        staffing.computed(own, plan, box, epoch, noisy((epoch * cells) / RATE, noise.peers));
      }
    }
    for (const { a, b } of neighboursOf(job.grid, boxes, exchangeEvery)) {
      for (const [end, other] of [
        [a, b],
        [b, a],
      ] as const) {
        const own = room.find(({ id }) => id === shards[end]?.peer) as Member;
        const to = shards[other]?.peer as string;
        if (badMoments > 0 && known.has(`${own.id} ${to}`) && random() < 0.9) continue;
        known.add(`${own.id} ${to}`);
        const rate = noisy(linkRate, noise.links) / (random() < badMoments ? 5 : 1);
        staffing.linked(own, plan, [{ peer: to, roundTrip: noisy(0.05, noise.links), rate }]);
      }
    }
    vi.advanceTimersByTime(LOOK_MS);
    const change = staffing.change(course, noisy((plans.at(-1) as Assignment).stepSeconds, noise.peers));
    if (change.kind !== 'move') continue;
    plans.push(change.assignment);
    course = courseOf(change.assignment, plans.length);
  }
  return plans;
}

/** As it is once all have loaded. */
function courseOf({ shards, exchangeEvery, epoch }: Assignment, id: number): Course {
  const plan: Plan = {
    id,
    job: 'steady-1',
    from: 0,
    source: { kind: 'initial' },
    exchangeEvery,
    epoch,
    shards,
  };
  const course = new Course(plan);
  for (const { peer } of shards) course.ready(peer);
  return course;
}

/** Sixteen shards that are a brick each: no plan can differ but in who has which, and in its depth. */
const SIXTEEN = { count: 16, shape: [64, 256, 256] as [number, number, number], brick: 64 };
const SCATTER = [
  { peers: 0.2, links: 0.2 },
  { peers: 0, links: 0.45 },
];

describe('a fleet of alike peers', () => {
  const seed = 1;

  it.each(SCATTER)('never has peers swap shards where links are slow: $peers, $links', (noise) => {
    const run = { exchangeEvery: 4 };
    expect(followed({ ...SIXTEEN, run, noise, seed, linkRate: 4e6 })).toHaveLength(1);
  });

  it('has them change places once at most, whatever their links had for bad moments', () => {
    const run = { exchangeEvery: 4 };
    for (const linkRate of [1e6, 4e6, 1e7]) {
      const noise = { peers: 0.05, links: 0.2 };
      const plans = followed({ ...SIXTEEN, run, noise, badMoments: 0.03, seed, linkRate });
      expect(plans.length).toBeLessThanOrEqual(2);
    }
  });

  it.each(SCATTER)('changes its plan once at most where depth is free: $peers, $links', (noise) => {
    expect(followed({ ...SIXTEEN, noise, seed, linkRate: 4e6 }).length).toBeLessThanOrEqual(2);
  });

  it.each(SCATTER)('changes its plan once at most where shards are of any size: $peers, $links', (noise) => {
    const run = { exchangeEvery: 2 };
    const plans = followed({ count: 8, shape: [128, 128, 128], brick: 16, run, noise, seed, linkRate: 1e7 });
    expect(plans.length).toBeLessThanOrEqual(2);
  });
});
