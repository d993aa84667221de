import type { JobFileInput } from '../core/job/schema.js';
import type { Way } from './fleet/emulated-wan.js';
import { stepRate } from './fleet/own-machine.js';
import { type Followed, followRun, type PlayedDevice } from './fleet/paced-run.js';
import type { Figure } from './harness.js';

/** Bytes a second of an uplink: 20 Mbit/s. */
const UPLINK = 2.5e6;
/** Cells of a shard along each edge, and the shards: 1 × 4 × 4, each with four neighbours at its faces and four at its edges. */
const EDGE = 64;
const SIDE = 4;
const PEERS = SIDE * SIDE;
/** What a shard sends after every step at depth 1: four faces of one level, f32. */
const DEPTH_1_BYTES = 4 * EDGE ** 2 * Float32Array.BYTES_PER_ELEMENT;
/** A step's computing, so that a depth-1 halo takes 0.3 of it at the uplink's rate. */
const STEP_SECONDS = DEPTH_1_BYTES / UPLINK / 0.3;
/** Cells of a whole shard and step, over the step's time. */
const PACE = EDGE ** 3 / STEP_SECONDS;
/** Until links are measured and the plan is the one they call for. */
const SETTLING_SECONDS = 10;
const MEASURED_SECONDS = 8;
const NEVER = 1e9;
const TURNS = 2;
const TURN_SECONDS = 5;

type Section = 'weak' | 'bound' | 'uneven' | 'threads';
const SECTIONS: Readonly<Record<Section, () => Promise<Figure[]>>> = { weak, bound, uneven, threads };

/** Played fleets: real coordinator, links, halos and channels; paced engines; emulated uplinks. `-- fleet weak` measures a part. */
export async function bench(): Promise<Figure[]> {
  const wanted = process.argv.slice(3);
  const figures: Figure[] = [];
  for (const [name, measure] of Object.entries(SECTIONS)) {
    if (wanted.length === 0 || wanted.includes(name)) figures.push(...(await measure()));
  }
  return figures;
}

/** Periodic all round: each cell is updated, and all peers of a regular cut have the same to do. */
function waveJob(
  shape: readonly [number, number, number],
  brick: number,
  run: JobFileInput['run'] = {},
): JobFileInput {
  const [z, y, x] = shape;
  return {
    name: 'fleet',
    model: 'wave',
    grid: { shape: [z, y, x], spacing: 1, brick },
    time: { steps: NEVER, courant: 0.5 },
    parameters: { speed: 1 },
    boundary: 'periodic',
    initial: {
      psi: { formula: 'gaussian', amplitude: 1, sigma: 4, centre: { z: z / 2, y: y / 2, x: x / 2 } },
    },
    run: { ...run, checkpointSeconds: 3600 },
  };
}

/** Cells of all whole shards over what the peers can do: a step in which nobody waits and nothing is computed twice. */
const ideal = (cells: number, rates: readonly number[]) => cells / rates.reduce((sum, rate) => sum + rate, 0);

const settled = (run: Followed) => run.stepSeconds(SETTLING_SECONDS, SETTLING_SECONDS + MEASURED_SECONDS);

async function sixteen(roundTrip: number, faster: number, run: JobFileInput['run'] = {}): Promise<Followed> {
  const device: PlayedDevice = { pace: () => PACE * faster, way: { roundTrip, rate: UPLINK } };
  const shape = [EDGE, SIDE * EDGE, SIDE * EDGE] as const;
  return followRun(
    waveJob(shape, EDGE, run),
    new Array(PEERS).fill(device),
    SETTLING_SECONDS + MEASURED_SECONDS,
  );
}

async function weak(): Promise<Figure[]> {
  const efficiency = (run: Followed) => STEP_SECONDS / settled(run);
  const figure = (name: string, run: Followed, note: string): Figure => ({
    name,
    value: efficiency(run),
    unit: '1',
    note: `${PEERS} peers of ${EDGE}³ cells, ${(1000 * STEP_SECONDS).toFixed(1)} ms a step, 20 Mbit/s up; ${note}, k = ${run.exchangeEvery}, ${run.plans} plans, predicted ${(STEP_SECONDS / run.predicted).toFixed(2)}`,
  });
  return [
    figure('weak_50ms', await sixteen(0.05, 1), '50 ms there and back'),
    figure('weak_50ms_depth_1', await sixteen(0.05, 1, { exchangeEvery: 1 }), '50 ms there and back'),
    figure('weak_1ms', await sixteen(0.001, 1), '1 ms there and back'),
  ];
}

/** Ten times faster, so that bytes are what is waited for. */
async function bound(): Promise<Figure[]> {
  const run = await sixteen(0.001, 10);
  const fed = DEPTH_1_BYTES / UPLINK;
  return [
    {
      name: 'share_of_link_bound',
      value: fed / settled(run),
      unit: '1',
      note: `step that the uplinks feed at depth 1 without packing, over the step measured; k = ${run.exchangeEvery}, ${run.plans} plans`,
    },
  ];
}

async function uneven(): Promise<Figure[]> {
  const shape = [64, 64, 64] as const;
  const cells = 64 ** 3;
  const unit = cells / 15 / 0.04;
  const way: Way = { roundTrip: 0.001, rate: 125e6 };
  let slowdown = 1;
  const devices = [1, 2, 4, 8].map((speed) => ({
    pace: () => (unit * speed) / (speed === 4 ? slowdown : 1),
    way,
  }));
  const until = SETTLING_SECONDS + MEASURED_SECONDS;
  const steady = ideal(
    cells,
    [1, 2, 4, 8].map((speed) => unit * speed),
  );
  const slowed = ideal(
    cells,
    [1, 2, 1, 8].map((speed) => unit * speed),
  );
  let slowedAt = Number.NaN;
  const run = await followRun(waveJob(shape, 8), devices, until + 20, (at) => {
    if (slowdown > 1 || at < until) return;
    slowdown = 4;
    slowedAt = at;
  });
  const before = run.stepSeconds(SETTLING_SECONDS, slowedAt) / steady;
  const again = Array.from({ length: 36 }, (_, half) => slowedAt + half / 2).find(
    (at) => run.stepSeconds(at, at + 2) / slowed <= 1.15,
  );
  const after = run.stepSeconds(slowedAt + 12, slowedAt + 20) / slowed;
  const note = 'speeds 1 : 2 : 4 : 8, 64³ cells in bricks of 8³, 40 ms a step at best, 1 ms there and back';
  return [
    { name: 'uneven_vs_ideal', value: before, unit: '1', note },
    {
      name: 'slowed_recovery',
      value: again === undefined ? null : again - slowedAt,
      unit: 's',
      note: `until 2 s on end are under 1.15 × the new ideal, after the peer of speed 4 went to 1; ${run.plans} plans`,
    },
    { name: 'slowed_vs_ideal', value: after, unit: '1', note: `12 to 20 s after that; ${note}` },
  ];
}

/**
 * Real peers of this machine, each a process: two with a thread each, and one with two. With edges as they are unless a job says otherwise, and
 * with periodic ones, where each peer is its own neighbour as well. Spans are checked on the same two cores: once without.
 */
async function threads(): Promise<Figure[]> {
  const periodic = waveJob([256, 256, 256], 128);
  const fixed: JobFileInput = { ...periodic, boundary: 'dirichlet' };
  return [
    await twoAgainstOne('two_peers_vs_threads', fixed, 'fixed edges'),
    await twoAgainstOne(
      'two_peers_vs_threads_unchecked',
      { ...fixed, trust: { check: 'off' } },
      'fixed edges, no span computed again',
    ),
    await twoAgainstOne('two_peers_vs_threads_periodic', periodic, 'periodic edges'),
  ];
}

/** What else the machine does hits both alike: they take turns. */
async function twoAgainstOne(name: string, job: JobFileInput, what: string): Promise<Figure> {
  const one: number[] = [];
  const two: number[] = [];
  while (one.length < TURNS) {
    one.push(await stepRate(job, { peers: 1, threads: 2, seconds: TURN_SECONDS }));
    two.push(await stepRate(job, { peers: 2, threads: 1, seconds: TURN_SECONDS }));
  }
  return {
    name,
    value: mean(two) / mean(one),
    unit: '1',
    note: `256³ on this machine, ${what}: steps of two peers with one thread each, ${mean(two).toPrecision(3)} a second, over those of one with two, ${mean(one).toPrecision(3)}; ${TURNS} turns of ${TURN_SECONDS} s`,
  };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
