import type { JobFileInput } from '../core/job/schema.js';
import type { Way } from './fleet/emulated-wan.js';
import { stepRate } from './fleet/own-machine.js';
import { type Followed, followRun, PROCESSES } from './fleet/paced-run.js';
import type { PlayedDevice } from './fleet/played-devices.js';
import { simulatedStepSeconds } from './fleet/simulated-twin.js';
import type { Figure } from './harness.js';

/** Bytes a second of an uplink: 20 Mbit/s. */
const UPLINK = 2.5e6;
/** Cells of a shard along each edge, and the shards: 1 × 4 × 4, each with four neighbours at its faces and four at its edges. */
const EDGE = 64;
const SIDE = 4;
const PEERS = SIDE * SIDE;
/** What a shard sends after every step at depth 1: four faces of one level, f32. */
const DEPTH_1_BYTES = 4 * EDGE ** 2 * Float32Array.BYTES_PER_ELEMENT;
/**
 * Sixteen devices have more than the cores of this machine. What takes a device or a way a second takes so many here, computing, bytes and round trips alike, so that
 * each has enough of a core for its messages; what one is of another stays. Times in names and notes are the devices'.
 */
const STRETCH = 4;
/** A step's computing, so that a depth-1 halo takes 0.3 of it at the uplink's rate. */
const STEP_SECONDS = DEPTH_1_BYTES / UPLINK / 0.3;
/** Cells of a whole shard and step, over the step's time. */
const PACE = EDGE ** 3 / STEP_SECONDS;
/** Until links are measured and the plan is the one they call for. */
const SETTLING_SECONDS = 10;
const MEASURED_SECONDS = 8;
/** The same where the depth is fixed, so that the plan stays. */
const SETTLING_FIXED_SECONDS = 5;
/** Steps between exchanges that the chosen ones are held against. */
const TRIED_DEPTHS = [1, 2, 4, 8] as const;
/** The wave is as smooth as that everywhere, in cells, so that no halo is quiet from the first step on. */
const SMOOTH_CELLS = 32;
const NEVER = 1e9;
const TURNS = 2;
const TURN_SECONDS = 5;

const STRETCHED = `all ${STRETCH} times as slow`;

type Section = 'weak' | 'depths' | 'bound' | 'uneven' | 'threads';
const SECTIONS: Readonly<Record<Section, () => Promise<Figure[]>>> = {
  weak,
  depths,
  bound,
  uneven,
  threads,
};

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
      psi: {
        formula: 'gaussian',
        amplitude: 1,
        sigma: SMOOTH_CELLS,
        centre: { z: z / 2, y: y / 2, x: x / 2 },
      },
    },
    run: { ...run, checkpointSeconds: 3600 },
  };
}

/** Cells of all whole shards over what the peers can do: a step in which nobody waits and nothing is computed twice. */
const ideal = (cells: number, rates: readonly number[]) => cells / rates.reduce((sum, rate) => sum + rate, 0);

/** What a run was like, for a figure's note. */
function told({ exchangeEvery, plans, troubles }: Followed): string {
  return [`k = ${exchangeEvery}`, `${plans} plans`, ...troubles].join(', ');
}

const settled = (run: Followed) => run.stepSeconds(SETTLING_SECONDS, SETTLING_SECONDS + MEASURED_SECONDS);

/** Sixteen equal devices that make the job's steps, `faster` times as fast as in `STEP_SECONDS`. */
function sixteenDevices(roundTrip: number, faster: number): PlayedDevice[] {
  return Array.from({ length: PEERS }, (_, i) => {
    const way = { roundTrip: roundTrip * STRETCH, rate: UPLINK / STRETCH };
    return { name: `device ${i + 1}`, pace: (PACE * faster) / STRETCH, way };
  });
}

const sixteenShards = (run: JobFileInput['run'] = {}) => waveJob([EDGE, SIDE * EDGE, SIDE * EDGE], EDGE, run);

const FAR = { roundTrip: 0.05, says: '50 ms there and back' };
const NEAR = { roundTrip: 0.001, says: '1 ms there and back' };

/** A run of sixteen equal peers, and what the simulation says of the plan that it followed. */
interface Weak {
  readonly measured: Figure;
  readonly simulated: Figure;
}

/** Efficiency over sixteen equal peers; their depth as the plan chooses, unless it is given. */
async function efficiency(name: string, way: typeof FAR, exchangeEvery?: number): Promise<Weak> {
  const settling = exchangeEvery === undefined ? SETTLING_SECONDS : SETTLING_FIXED_SECONDS;
  const job = sixteenShards({ exchangeEvery });
  const devices = sixteenDevices(way.roundTrip, 1);
  const run = await followRun(job, devices, settling + MEASURED_SECONDS);
  const ideal = STRETCH * STEP_SECONDS;
  const what = `${PEERS} peers of ${EDGE}³ cells, ${(1000 * STEP_SECONDS).toFixed(1)} ms a step, 20 Mbit/s up, ${way.says}, ${STRETCHED}`;
  const [device] = devices;
  const simulated =
    run.plan &&
    device &&
    simulatedStepSeconds({
      file: job,
      device,
      devicesOfThread: PEERS / PROCESSES,
      plan: run.plan,
      haloBytesPerStep: run.haloBytes / run.steps,
    });
  return {
    measured: {
      name,
      value: ideal / run.stepSeconds(settling, settling + MEASURED_SECONDS),
      unit: '1',
      note: `${what}; ${told(run)}, predicted ${(ideal / run.predicted).toFixed(2)}`,
    },
    simulated: {
      name: `${name}_simulated`,
      value: simulated ? ideal / simulated : null,
      unit: '1',
      note: `the same plan, devices, ways and bytes (${Math.round(run.haloBytes / run.steps / 1000)} kB a step) simulated; the rest as calibration.ts has it`,
    },
  };
}

const bothOf = ({ measured, simulated }: Weak) => [measured, simulated];

async function weak(): Promise<Figure[]> {
  const runs = [
    await efficiency('weak_50ms', FAR),
    await efficiency('weak_50ms_depth_1', FAR, 1),
    await efficiency('weak_1ms', NEAR),
  ];
  return [...runs.flatMap(bothOf), ...simulatedAgainstMeasured(runs)];
}

/** How far off the simulation is where it is farthest. */
function simulatedAgainstMeasured(runs: readonly Weak[]): Figure[] {
  const ratios = runs.flatMap(({ measured, simulated }) =>
    measured.value && simulated.value ? [simulated.value / measured.value] : [],
  );
  const [worst] = ratios.toSorted((a, b) => Math.abs(Math.log(b)) - Math.abs(Math.log(a)));
  const note = `efficiency simulated over efficiency measured, of ${ratios.length} runs of ${PEERS} peers the one farthest off`;
  return [{ name: 'simulated_vs_measured', value: worst ?? null, unit: '1', note }];
}

/** Whether the depth that is chosen is the best. */
async function depths(): Promise<Figure[]> {
  const runs = [await efficiency('depth_chosen', FAR)];
  for (const depth of TRIED_DEPTHS) runs.push(await efficiency(`depth_${depth}`, FAR, depth));
  return runs.flatMap(bothOf);
}

/** Ten times faster, so that bytes are what is waited for. */
async function bound(): Promise<Figure[]> {
  const run = await followRun(
    sixteenShards(),
    sixteenDevices(NEAR.roundTrip, 10),
    SETTLING_SECONDS + MEASURED_SECONDS,
  );
  const fed = DEPTH_1_BYTES / UPLINK;
  return [
    {
      name: 'share_of_link_bound',
      value: (STRETCH * fed) / settled(run),
      unit: '1',
      note: `step that the uplinks feed at depth 1 without packing, over the step measured; ${STRETCHED}; ${told(run)}`,
    },
  ];
}

async function uneven(): Promise<Figure[]> {
  const shape = [128, 128, 128] as const;
  const cells = 128 ** 3;
  const unit = cells / 15 / 0.08;
  const way: Way = { roundTrip: 0.001, rate: 125e6 };
  const devices = [1, 2, 4, 8].map((speed) => ({ name: `speed ${speed}`, pace: unit * speed, way }));
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
  let promised = Number.NaN;
  const run = await followRun(waveJob(shape, 8), devices, until + 20, (at, { predicted }, setPace) => {
    if (slowedAt > 0) return;
    if (at < until) {
      promised = predicted;
      return;
    }
    setPace('speed 4', unit);
    slowedAt = at;
  });
  const before = run.stepSeconds(SETTLING_SECONDS, slowedAt) / steady;
  const again = Array.from({ length: 36 }, (_, half) => slowedAt + half / 2).find(
    (at) => run.stepSeconds(at, at + 2) / slowed <= 1.15,
  );
  const after = run.stepSeconds(slowedAt + 12, slowedAt + 20) / slowed;
  const note = 'speeds 1 : 2 : 4 : 8, 128³ cells in bricks of 8³, 80 ms a step at best, 1 ms there and back';
  return [
    {
      name: 'uneven_vs_ideal',
      value: before,
      unit: '1',
      note: `${note}; ${told(run)}, predicted ${(promised / steady).toFixed(2)}`,
    },
    {
      name: 'slowed_recovery',
      value: again === undefined ? null : again - slowedAt,
      unit: 's',
      note: `until 2 s on end are under 1.15 × the new ideal, after the peer of speed 4 went to 1; ${run.plans} plans`,
    },
    {
      name: 'slowed_vs_ideal',
      value: after,
      unit: '1',
      note: `12 to 20 s after that; ${note}; predicted ${(run.predicted / slowed).toFixed(2)}`,
    },
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
