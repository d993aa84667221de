import { boxOfShape, cellCount } from '../core/grid/box.js';
import { type Candidate, candidateOf } from '../core/plan/candidate.js';
import type { Fleet } from '../core/plan/fleet.js';
import { type PlanOptions, planFleet, settingOf } from '../core/plan/plan-fleet.js';
import type { Work } from '../core/plan/work.js';
import { CALIBRATION } from './fleet/calibration.js';
import { drawFleet, type FleetKind } from './fleet/fleets.js';
import { seeded } from './fleet/random.js';
import { simulateRun } from './fleet/run-simulation.js';
import { waveOn } from './fleet/wave.js';
import type { Figure } from './harness.js';

/** Every subset of so many peers is tried: 255. */
const PEERS = 8;
const KINDS: readonly FleetKind[] = ['homes', 'labs', 'mixed', 'mixed', 'cloud'];
const FLEETS_A_KIND = 2;
const EDGE = 384;
const OPTIONS: PlanOptions = { overlap: 'none', use: 'fastest' };

/** How good the planner's choice is, as the simulation sees it, which knows nothing of the planner's model. */
export async function bench(): Promise<Figure[]> {
  const random = seeded(20_261_125);
  const work = waveOn(EDGE);
  const fleets = KINDS.flatMap((kind) =>
    Array.from({ length: FLEETS_A_KIND }, () => drawFleet(random, kind, PEERS)),
  );
  const ratios = fleets.map((fleet) => againstBest(work, fleet));
  const note = `${fleets.length} random fleets of ${PEERS} peers, the wave on ${EDGE}³, each subset simulated`;
  return [
    { name: 'planner_vs_best', value: Math.max(...ratios), unit: '1', note: `worst of ${note}` },
    { name: 'planner_vs_best_mean', value: mean(ratios), unit: '1', note: `mean of ${note}` },
    uneven('none', 'uneven_vs_ideal_predicted_without_overlap'),
    uneven('band', 'uneven_vs_ideal_predicted'),
    ...timings(),
  ];
}

/** Seconds a step with the planner's peers ÷ with those of the best subset. */
function againstBest(work: Work, fleet: Fleet): number {
  const setting = settingOf(work, fleet, OPTIONS);
  let best = Infinity;
  for (let chosen = 1; chosen < 2 ** PEERS; chosen++) {
    const members = fleet.peers.map((_, peer) => peer).filter((peer) => (chosen >> peer) & 1);
    const candidate = candidateOf(setting, members, 'thorough');
    if (candidate) best = Math.min(best, secondsOf(work, fleet, candidate));
  }
  return secondsOf(work, fleet, planned(work, fleet)) / best;
}

function planned(work: Work, fleet: Fleet, options = OPTIONS): Candidate {
  const plan = planFleet(work, fleet, options);
  if (!plan) throw new RangeError('a fleet that cannot hold the job');
  return plan;
}

function secondsOf(work: Work, fleet: Fleet, candidate: Candidate): number {
  const { compute, latency } = CALIBRATION.noise;
  const options = { seed: 1, exchanges: 24, computeNoise: compute, latencyNoise: latency };
  return simulateRun(work, fleet, candidate, options).secondsPerStep;
}

/** Time a step ÷ that of the same peers if each computed all the time, and no cell twice. */
function uneven(overlap: PlanOptions['overlap'], name: string): Figure {
  const work = waveOn(512);
  const near = drawFleet(seeded(1), 'cloud', 4);
  const rates = [1, 2, 4, 8].map((speed) => speed * 1e8);
  const fleet: Fleet = {
    ...near,
    peers: near.peers.map((peer, i) => ({ ...peer, rate: rates[i] as number })),
  };
  const ideal = cellCount(boxOfShape(work.grid.shape)) / rates.reduce((sum, rate) => sum + rate);
  const value = secondsOf(work, fleet, planned(work, fleet, { ...OPTIONS, overlap })) / ideal;
  const how = overlap === 'band' ? 'what is sent computed first' : 'halos sent at the end';
  return {
    name,
    value,
    unit: '1',
    note: `speeds 1, 2, 4, 8 in a data centre, the wave on 512³, ${how}, simulated`,
  };
}

function timings(): Figure[] {
  return [64, 1000].map((peers) => {
    const fleet = drawFleet(seeded(peers), 'mixed', peers);
    const work = waveOn(peers === 64 ? 512 : 1024);
    planFleet(work, fleet, OPTIONS);
    const started = performance.now();
    planFleet(work, fleet, OPTIONS);
    const seconds = (performance.now() - started) / 1000;
    return {
      name: `planner_seconds_${peers}`,
      value: seconds,
      unit: 's',
      note: `one plan for ${peers} peers`,
    };
  });
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value) / values.length;
