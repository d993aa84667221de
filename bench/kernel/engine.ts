import { boxOfShape, cellCount, type Triple } from '../../core/grid/box.js';
import type { Engine, EngineShard, StateArray } from '../../shaders/engine.js';
import { coupling, Digest, noise, type StartState } from './cells.js';
import type { Contestant } from './contestant.js';
import { type Problem, shardOf } from './problems.js';

/** A shard of our own engine, on `shape` `[nz, ny, nx]` cells with a shell of fixed ones around them. */
export class EngineContestant implements Contestant {
  readonly #box;
  readonly #cells: number;
  readonly #components: readonly number[];
  #steps = 0;

  private constructor(
    private readonly problem: Problem,
    private readonly shape: Triple,
    private readonly shard: EngineShard,
  ) {
    this.#box = boxOfShape(shape);
    this.#cells = cellCount(this.#box);
    this.#components = Array.from({ length: problem.components }, (_, index) => index);
  }

  static async open(engine: Engine, problem: Problem, shape: Triple): Promise<EngineContestant> {
    const shard = await engine.createShard(shardOf(problem, shape));
    const contestant = new EngineContestant(problem, shape, shard);
    for (const { name } of problem.model.model.media) {
      await contestant.#write({ component: 0, field: name, level: 'now' }, coupling(contestant.#cells));
    }
    return contestant;
  }

  async start(state: StartState): Promise<void> {
    this.#steps = 0;
    for (const component of this.#components) {
      for (const { name: field, kind } of this.problem.model.model.fields) {
        const levels = kind === 'wave' ? (['now', 'before'] as const) : (['now'] as const);
        for (const level of levels) {
          const cells =
            kind === 'wave' && state === 'noise' ? noise(this.#cells, component, level) : this.#quiet();
          if (kind === 'wave' && state === 'point') cells[this.#middle()] = 1;
          await this.#write({ component, field, level }, cells);
        }
      }
    }
  }

  /** By the clock of who asks, so the way to the engine's thread and back is in it. */
  async advance(steps: number): Promise<number> {
    const updates = Array.from({ length: steps }, (_, step) => ({
      box: this.#box,
      time: (this.#steps + step) * this.problem.dt,
    }));
    this.#steps += steps;
    const began = performance.now();
    await this.shard.advance(updates);
    return (performance.now() - began) / 1000;
  }

  async digest(): Promise<number> {
    const digest = new Digest();
    for (const component of this.#components) {
      for (const { name: field } of this.problem.model.model.fields) {
        digest.add(await this.shard.read([{ component, field, level: 'now', box: this.#box }]));
      }
    }
    return digest.value;
  }

  close(): Promise<void> {
    return this.shard.close();
  }

  #write(state: StateArray, cells: Float32Array): Promise<void> {
    return this.shard.write([{ ...state, box: this.#box }], cells);
  }

  #quiet(): Float32Array {
    return new Float32Array(this.#cells);
  }

  #middle(): number {
    const [nz, ny, nx] = this.shape.map((length) => length >> 1) as unknown as Triple;
    return (nz * this.shape[1] + ny) * this.shape[2] + nx;
  }
}
