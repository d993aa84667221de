import type { Box } from '../../core/grid/box.js';
import type { Candidate } from '../../core/plan/candidate.js';
import type { Fleet, PeerPerformance } from '../../core/plan/fleet.js';
import { updatesOf } from '../../core/plan/updates.js';
import type { Work } from '../../core/plan/work.js';
import type { Progress } from '../../core/protocol/document.js';
import type { EngineKind } from '../../shaders/engine.js';
import { STEPS_OF_SWEEP } from '../../shaders/wasm/blocking.js';
import type { RunMessage } from '../room/conductor.js';

type EpochMessage = Extract<RunMessage, { type: 'epoch' }>;

export type ShownScaling = NonNullable<Progress['scaling']>;

/** What a plan would take at best, and what it is to take, from the rates of its peers as they are known, and what it holds. */
export interface Yardstick {
  /** Seconds a step if all peers shared it by their rates, nobody waited, and no cell was computed twice. */
  readonly shared: number;
  /** Seconds a step if each peer had its own shard for itself: the mean of the peers. */
  readonly alone: number;
  /** Seconds a step as the model says by the same rates: no less than `shared`, whatever the plan promised when these were not known. */
  readonly predicted: number;
  /** Bytes of all shards and their halos. */
  readonly bytes: number;
}

export function yardstickOf(work: Work, fleet: Fleet, { members, shards, cost }: Candidate): Yardstick {
  const peers = members.map((member) => fleet.peers[member] as PeerPerformance);
  const least = peers.map((peer, place) => leastUpdates(work, shards[place] as Box, peer));
  const alone = peers.map(({ rate }, place) => (least[place] as number) / rate);
  return {
    shared: sum(least) / sum(peers.map(({ rate }) => rate)),
    alone: sum(alone) / alone.length,
    predicted: cost.secondsPerStep,
    bytes: sum(cost.peers.map(({ memory }) => memory)),
  };
}

/** What a step of a shard takes in updates where nobody has to be heard of between sweeps: what memory takes is in rates, so it is in here too. */
function leastUpdates(work: Work, shard: Box, { sweepUpdates }: PeerPerformance): number {
  const { own, swept } = updatesOf(work, shard, 1);
  return own + (sweepUpdates * swept) / STEPS_OF_SWEEP;
}

/** Adds up what all peers of a run spent, and holds it against what their plans would take at best. */
export class Scaling {
  readonly #spent = new Map<EngineKind, Spent>();
  /** Seconds of all steps so far, as they were and by the yardstick of their time. */
  #made = { measured: 0, shared: 0, alone: 0, predicted: 0 };
  #yardstick: Yardstick | undefined;

  /** A peer's epoch took so many seconds. */
  spent(engine: EngineKind, { computeSeconds, waitSeconds, otherSeconds }: Spent): void {
    const before = this.#spent.get(engine);
    this.#spent.set(engine, {
      computeSeconds: computeSeconds + (before?.computeSeconds ?? 0),
      waitSeconds: waitSeconds + (before?.waitSeconds ?? 0),
      otherSeconds: otherSeconds + (before?.otherSeconds ?? 0),
    });
  }

  /** By the rates that are known now. */
  against(yardstick: Yardstick): void {
    this.#yardstick = yardstick;
  }

  /** The run made so many steps more, and took so many seconds for them. */
  made(steps: number, seconds: number): void {
    if (!this.#yardstick) return;
    const { shared, alone, predicted } = this.#yardstick;
    this.#made.measured += seconds;
    this.#made.shared += steps * shared;
    this.#made.alone += steps * alone;
    this.#made.predicted += steps * predicted;
  }

  /**
   * With so many seconds a step as measured of the plan under way; where that is not known, over all steps so far. Undefined before the
   * first plan.
   */
  shown(stepSeconds: number | undefined): ShownScaling | undefined {
    if (!this.#yardstick) return undefined;
    const all = [...this.#spent.values()];
    const gpu = this.#spent.get('webgpu');
    const ofPlan = { ...this.#yardstick, measured: stepSeconds ?? 0 };
    const step = stepSeconds === undefined && this.#made.measured > 0 ? this.#made : ofPlan;
    return {
      computeSeconds: sum(all.map(({ computeSeconds }) => computeSeconds)),
      communicationSeconds: sum(all.map(({ waitSeconds }) => waitSeconds)),
      otherSeconds: sum(all.map(({ otherSeconds }) => otherSeconds)),
      memoryBytes: this.#yardstick.bytes,
      strongEfficiency: part(step.shared, step.measured),
      weakEfficiency: part(step.alone, step.measured),
      predictedEfficiency: part(step.shared, step.predicted),
      gpuUtilisation: gpu
        ? part(gpu.computeSeconds, gpu.computeSeconds + gpu.waitSeconds + gpu.otherSeconds)
        : null,
    };
  }
}

type Spent = Pick<EpochMessage, 'computeSeconds' | 'waitSeconds' | 'otherSeconds'>;

const part = (some: number, all: number): number | null => (all > 0 ? some / all : null);

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
