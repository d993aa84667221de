import { type Box, boxOfShape, cellCount, eachCellOf } from '../../core/grid/box.js';
import { cutDense } from '../../core/grid/dense.js';
import { coneOf, endSlabs, startSlabs } from '../../core/trust/cone.js';
import type { Physics } from '../../core/trust/physics.js';
import { hashed, physicsOfFile, uneven } from '../../core/trust/physics.suite.js';
import { recompute } from '../../core/trust/replica/recompute.js';
import type { Engine, Slab } from '../../shaders/engine.js';

const ALL = { kind: 'all' } as const;

/** A run that is checked: an uneven, damped ground with a mirror, absorbing faces and a source. */
export interface Scene {
  readonly physics: Physics;
  readonly whole: Box;
  /** Steps of an epoch. */
  readonly steps: number;
}

/** One epoch as a peer has it: both levels of ψ over the whole grid at its start and its end. */
export interface Epoch {
  readonly from: number;
  readonly start: Float32Array;
  readonly end: Float32Array;
}

export async function makeScene(edge: number, steps: number): Promise<Scene> {
  const physics = await physicsOfFile({
    name: 'ground',
    model: { base: 'medium', order: 2 },
    grid: { shape: [edge, edge, edge], spacing: 1, brick: 16 },
    time: { steps: 100_000, dt: 0.1 },
    boundary: { z: ['neumann', 'absorbing'], y: 'dirichlet', x: ['absorbing', 'dirichlet'] },
    media: { speed: 2 },
    sources: {
      hum: {
        field: 'psi',
        at: { z: edge >> 1, y: edge >> 1, x: edge >> 1 },
        amplitude: 5000,
        signal: { shape: 'tone-burst', frequency: 0.4, cycles: 100 },
      },
    },
  });
  return { physics: uneven(physics, 0.3), whole: boxOfShape([edge, edge, edge]), steps };
}

/** Epochs that follow one another, from noise at the first; each cheating engine starts from what was honest. */
export async function computeEpochs(
  scene: Scene,
  honest: Engine,
  engine: Engine,
  count: number,
): Promise<Epoch[]> {
  const { physics, whole, steps } = scene;
  const cone = coneOf(physics, whole, steps);
  const epochs: Epoch[] = [];
  let start: Float32Array = Float32Array.from(
    startSlabs(physics, cone, ALL).flatMap(({ box }, level) =>
      Array.from(eachCellOf(box, (cell) => 0.3 * hashed(cell, 1) + 0.01 * level)),
    ),
  );
  for (let epoch = 0; epoch < count; epoch += 1) {
    const from = epoch * steps;
    epochs.push({ from, start, end: await recompute(engine, physics, cone, ALL, from, start) });
    start = await recompute(honest, physics, cone, ALL, from, start);
  }
  return epochs;
}

/** What a peer shows for an audit: the cells of some slabs out of whole arrays. */
export function shown({ whole }: Scene, cells: Float32Array, slabs: readonly Slab[]): Float32Array {
  const size = cellCount(whole);
  const parts = slabs.map(({ level, box }) => {
    const first = level === 'now' ? 0 : size;
    return cutDense(cells.subarray(first, first + size), whole, box);
  });
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let written = 0;
  for (const part of parts) {
    all.set(part, written);
    written += part.length;
  }
  return all;
}

/** How far a box's end is from what is honest, over the norm of what is. */
export function changeIn(scene: Scene, box: Box, honest: Epoch, other: Epoch): number {
  const slabs = endSlabs(scene.physics, coneOf(scene.physics, box, scene.steps), ALL);
  const [a, b] = [shown(scene, honest.end, slabs), shown(scene, other.end, slabs)];
  const [apart, size] = [Math.hypot(...a.map((value, i) => value - (b[i] as number))), Math.hypot(...a)];
  return Number.isFinite(apart) ? apart / size : Number.POSITIVE_INFINITY;
}
