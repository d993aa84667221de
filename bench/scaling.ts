import { mkdir, writeFile } from 'node:fs/promises';
import { boxOfShape, cellCount } from '../core/grid/box.js';
import type { Candidate } from '../core/plan/candidate.js';
import type { Fleet } from '../core/plan/fleet.js';
import { type PlanOptions, planFleet } from '../core/plan/plan-fleet.js';
import type { Work } from '../core/plan/work.js';
import { CALIBRATION } from './fleet/calibration.js';
import { drawFleet, type FleetKind } from './fleet/fleets.js';
import { type Churn, simulateLifetime } from './fleet/lifetime-simulation.js';
import { plotSvg, type Series } from './fleet/plot.js';
import { seeded } from './fleet/random.js';
import { EPOCH_MESSAGES, type Simulated, simulateRun } from './fleet/run-simulation.js';
import { simulateSweep } from './fleet/sweep-simulation.js';
import { waveOn } from './fleet/wave.js';
import type { Figure } from './harness.js';

const SIZES = [10, 30, 100, 300, 1000, 10_000];
/** Beyond, searching for the best subset takes longer than a run's epoch; all peers take part. */
const LARGEST_SEARCHED = 1000;
const CELLS_A_PEER = 256 ** 3;
/** A grid for 10,000 peers has no more bricks than a job may. */
const BRICK = 64;
const IMAGES = 'docs/images';
const HALF_AN_HOUR = 1800;

/** Predicts, by simulation, how runs scale with their fleets, and draws `docs/images/scaling-*.svg`. */
export async function bench(): Promise<Figure[]> {
  const kinds: readonly FleetKind[] = ['cloud', 'labs', 'mixed', 'homes'];
  const runs = kinds.map((kind) => ({ kind, seen: SIZES.map((size) => ({ size, ...scaled(kind, size) })) }));
  const lives = lifetimes();
  const swept = sweepAgainstIdeal();
  const curves = (of: (one: Scaled) => number): Series[] =>
    runs.map(({ kind, seen }) => ({ name: kind, points: seen.map((one) => [one.size, of(one)]) }));

  await mkdir(IMAGES, { recursive: true });
  await draw('efficiency', {
    title: 'One coupled run: part of the peers’ speed that it gets',
    x: 'peers in the room, each with 256³ cells',
    y: 'efficiency',
    scale: { kind: 'linear', top: 1 },
    series: curves(({ efficiency }) => efficiency),
  });
  await draw('coordinator', {
    title: 'What the coordinator hears and says',
    x: 'peers in the room, each with 256³ cells',
    y: 'messages a second',
    scale: { kind: 'log' },
    series: curves(({ messages }) => messages),
  });
  await draw('churn', {
    title: 'One coupled run whose peers come and go',
    x: 'peers at any time',
    y: 'part of the time whose steps are kept',
    scale: { kind: 'linear', top: 1 },
    series: lives,
  });
  const largest = runs.flatMap(({ kind, seen }) =>
    seen
      .filter(({ size }) => [10, 1000, 10_000].includes(size))
      .flatMap(({ size, efficiency, used, messages, bytes }): Figure[] => [
        figure(`efficiency_${kind}_${size}`, efficiency, '1', `${used} of ${size} peers used`),
        figure(`coordinator_messages_${kind}_${size}`, messages, 's-1', 'reports, grants and heartbeats'),
        figure(`coordinator_bytes_${kind}_${size}`, bytes, 'B s-1', 'the same, as JSON'),
      ]),
  );
  const churned = lives.flatMap(({ name, points }) =>
    points.map(([peers, value]) =>
      figure(
        `progress_${name.replaceAll(/[^a-z0-9]+/g, '_')}_${peers}`,
        value,
        '1',
        'part of the time whose steps are kept',
      ),
    ),
  );
  return [...largest, ...churned, swept];
}

const figure = (name: string, value: number, unit: string, note: string): Figure => ({
  name,
  value,
  unit,
  note,
});

async function draw(name: string, plot: Parameters<typeof plotSvg>[0]): Promise<void> {
  await writeFile(`${IMAGES}/scaling-${name}.svg`, plotSvg(plot));
}

interface Scaled {
  readonly size: number;
  readonly efficiency: number;
  readonly used: number;
  readonly messages: number;
  readonly bytes: number;
}

/** A ping and its answer a second for each peer, as WebSocket frames. */
const HEARTBEAT = { messages: 2, bytes: 12 };

function scaled(kind: FleetKind, size: number): Omit<Scaled, 'size'> {
  const fleet = drawFleet(seeded(size), kind, size);
  const work = workFor(size);
  const plan = planned(work, fleet, { overlap: 'band', use: size <= LARGEST_SEARCHED ? 'fastest' : 'all' });
  const seen = simulated(work, fleet, plan, size);
  const told = plan.members.length / (plan.pace.epoch * seen.secondsPerStep);
  return {
    efficiency: cellCount(boxOfShape(work.grid.shape)) / sumOfRates(fleet) / seen.secondsPerStep,
    used: plan.members.length,
    messages: EPOCH_MESSAGES.count * told + HEARTBEAT.messages * size,
    bytes: EPOCH_MESSAGES.bytes * told + HEARTBEAT.bytes * size,
  };
}

/** A cube of about so many peers' cells, in whole bricks. */
function workFor(peers: number): Work {
  return waveOn(Math.round(Math.cbrt(CELLS_A_PEER * peers) / BRICK) * BRICK, BRICK);
}

function planned(work: Work, fleet: Fleet, options: PlanOptions): Candidate {
  const plan = planFleet(work, fleet, options);
  if (!plan) throw new RangeError('a fleet that cannot hold the job');
  return plan;
}

function simulated(work: Work, fleet: Fleet, plan: Candidate, size: number): Simulated {
  const { compute, latency } = CALIBRATION.noise;
  const exchanges = size > LARGEST_SEARCHED ? 12 : 24;
  return simulateRun(work, fleet, plan, { seed: 1, exchanges, computeNoise: compute, latencyNoise: latency });
}

const sumOfRates = ({ peers }: Fleet) => peers.reduce((sum, { rate }) => sum + rate, 0);

const MINUTE = 60;
/** Stutzbach and Rejaie 2006, table of fitted session lengths: shape, and scale in minutes. */
const SESSIONS = { debian: [0.38, 42.4], flatout: [0.59, 41.9] } as const;

function lifetimes(): Series[] {
  const sizes = [10, 30, 100];
  const churn = ([shape, scale]: readonly [number, number], more: Partial<Churn> = {}): Churn => ({
    session: (random) => random.weibull(shape, scale * MINUTE),
    goodbyes: 0.5,
    detection: 4,
    keptEvery: 30,
    probation: 0,
    lookEvery: 120,
    ...more,
  });
  const cases: readonly { readonly name: string; readonly churn: Churn }[] = [
    { name: 'checkpoints, 30 s', churn: churn(SESSIONS.flatout) },
    { name: 'and probation', churn: churn(SESSIONS.flatout, { probation: 10 * MINUTE }) },
    { name: 'kept every 2 s', churn: churn(SESSIONS.flatout, { keptEvery: 2 }) },
    { name: 'both, longer stays', churn: churn(SESSIONS.debian, { keptEvery: 2, probation: 10 * MINUTE }) },
  ];
  return cases.map(({ name, churn }) => ({
    name,
    points: sizes.map((size) => {
      const fleet = drawFleet(seeded(size), 'labs', size * 12);
      const options = { overlap: 'band', use: 'fastest' } as const;
      const life = simulateLifetime(workFor(size), fleet, size, HALF_AN_HOUR, churn, options, seeded(size));
      return [size, life.progress] as const;
    }),
  }));
}

function sweepAgainstIdeal(): Figure {
  const random = seeded(11);
  const { rate, sigma } = CALIBRATION.volunteer;
  const peers = Array.from({ length: 30 }, () => ({
    rate: random.lognormal(rate, sigma),
    roundTrip: 0.02 + 0.18 * random.uniform(),
  }));
  const members = Array.from({ length: 1000 }, (_, i) => ({
    id: `${i}`,
    updates: random.lognormal(2e10, 0.3),
  }));
  const ideal =
    members.reduce((sum, { updates }) => sum + updates, 0) / peers.reduce((sum, peer) => sum + peer.rate, 0);
  const value = simulateSweep(members, peers, random, CALIBRATION.noise.compute) / ideal;
  return figure('sweep_vs_ideal', value, '1', '1,000 members on 30 uneven, far volunteers, simulated');
}
