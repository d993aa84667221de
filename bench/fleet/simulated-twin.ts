import { checkJob } from '../../core/job/check.js';
import type { JobFileInput } from '../../core/job/schema.js';
import { COPY_SHARE } from '../../core/peer/giving-pace.js';
import type { Candidate } from '../../core/plan/candidate.js';
import { costOf, type Pace } from '../../core/plan/cost.js';
import type { Fleet } from '../../core/plan/fleet.js';
import { workOf } from '../../core/plan/work.js';
import type { Plan } from '../../core/protocol/plan.js';
import { CALIBRATION } from './calibration.js';
import type { PlayedDevice } from './played-devices.js';
import { simulateRun } from './run-simulation.js';

const EXCHANGES = 200;

/** A run of equal played devices, as it was made. */
export interface Played {
  readonly file: JobFileInput;
  readonly device: Pick<PlayedDevice, 'pace' | 'way'>;
  /** Devices that share a thread: each waits for the exchanges of all of them. */
  readonly devicesOfThread: number;
  readonly plan: Plan;
  /** What crossed all links, packed as it was. */
  readonly haloBytesPerStep: number;
}

/** Seconds a step that the simulation takes for a run that was really made: the same job, plan, devices and bytes, and what `CALIBRATION` says of all else. */
export function simulatedStepSeconds({
  file,
  device,
  devicesOfThread,
  plan,
  haloBytesPerStep,
}: Played): number {
  const work = workOf(checkJob(file));
  const shards = plan.shards.map(({ box }) => box);
  const { pace: rate, way } = device;
  const up = way.rate * (1 - COPY_SHARE);
  const { memory, stepSeconds, exchangeSeconds, messageSeconds, noise } = CALIBRATION;
  const fleet: Fleet = {
    peers: shards.map(() => ({
      rate,
      stepSeconds,
      sweepUpdates: 0,
      exchangeSeconds: exchangeSeconds * devicesOfThread,
      memory,
      local: up,
      up,
      down: Infinity,
      coordinatorRoundTrip: way.roundTrip,
    })),
    link: () => ({
      path: 'direct',
      roundTrip: way.roundTrip,
      rate: CALIBRATION.channel / 8,
      messageSeconds,
    }),
    relayRate: CALIBRATION.relay / 8,
  };
  const pace: Pace = { exchangeEvery: plan.exchangeEvery, epoch: plan.epoch, overlap: 'band' };
  const cost = costOf(work, fleet, shards, pace);
  const packed = haloBytesPerStep / cost.bytesPerStep;
  const asPacked = {
    ...work,
    bytesDeep: work.bytesDeep * packed,
    bytesShallow: work.bytesShallow * packed,
  };
  const followed: Candidate = { members: shards.map((_, place) => place), shards, pace, cost };
  const { secondsPerStep } = simulateRun(asPacked, fleet, followed, {
    seed: 1,
    exchanges: EXCHANGES,
    computeNoise: noise.compute,
    latencyNoise: noise.latency,
  });
  return secondsPerStep;
}
