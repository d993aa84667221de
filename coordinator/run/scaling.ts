import type { Candidate } from '../../core/plan/candidate.js';
import type { Fleet } from '../../core/plan/fleet.js';
import { updatesOf } from '../../core/plan/updates.js';
import type { Work } from '../../core/plan/work.js';
import type { Progress } from '../../core/protocol/document.js';
import type { EngineKind } from '../../shaders/engine.js';

export type ShownScaling = NonNullable<Progress['scaling']>;

/** What a plan would take at best, from the rates of its peers as they are known, and what it holds. */
export interface Yardstick {
  /** Seconds a step if all peers shared it by their rates, nobody waited, and no cell was computed twice. */
  readonly shared: number;
  /** Seconds a step if each peer had its own shard for itself: the mean of the peers. */
  readonly alone: number;
  /** Bytes of all shards and their halos. */
  readonly bytes: number;
}

export function yardstickOf(work: Work, fleet: Fleet, { members, shards, cost }: Candidate): Yardstick {
  const own = shards.map((shard) => updatesOf(work, shard, 1).own);
  const rates = members.map((member) => fleet.peers[member]?.rate ?? 0);
  const alone = own.map((updates, place) => updates / (rates[place] as number));
  return {
    shared: sum(own) / sum(rates),
    alone: sum(alone) / alone.length,
    bytes: sum(cost.peers.map(({ memory }) => memory)),
  };
}

/** Adds up what all peers of a run spent, and holds it against what their plan would take at best. */
export class Scaling {
  readonly #spent = new Map<EngineKind, { compute: number; wait: number }>();
  #yardstick: Yardstick | undefined;
  #shown: ShownScaling | undefined;

  spent(engine: EngineKind, compute: number, wait: number): void {
    const before = this.#spent.get(engine) ?? { compute: 0, wait: 0 };
    this.#spent.set(engine, { compute: before.compute + compute, wait: before.wait + wait });
  }

  /** By the rates that are known now. */
  against(yardstick: Yardstick): void {
    this.#yardstick = yardstick;
  }

  /** With so many seconds a step as measured; undefined before the first plan. */
  shown(stepSeconds: number | null): ShownScaling | undefined {
    if (!this.#yardstick) return this.#shown;
    const all = [...this.#spent.values()];
    const gpu = this.#spent.get('webgpu');
    const { shared, alone, bytes } = this.#yardstick;
    this.#shown = {
      computeSeconds: sum(all.map(({ compute }) => compute)),
      communicationSeconds: sum(all.map(({ wait }) => wait)),
      memoryBytes: bytes,
      strongEfficiency: stepSeconds === null ? null : shared / stepSeconds,
      weakEfficiency: stepSeconds === null ? null : alone / stepSeconds,
      gpuUtilisation: gpu && gpu.compute > 0 ? gpu.compute / (gpu.compute + gpu.wait) : null,
    };
    return this.#shown;
  }
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
