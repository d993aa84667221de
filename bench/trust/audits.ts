import { type Box, cellCount, eachCellOf, type Triple } from '../../core/grid/box.js';
import { bricksOf } from '../../core/grid/bricks.js';
import {
  type Attack,
  cellOff,
  halfPrecision,
  missingSource,
  notFinite,
  replayedState,
  skippedStep,
  staleHalo,
  wrongMedium,
} from '../../core/trust/attacks.suite.js';
import { Auditor, TOLERANCE } from '../../core/trust/audit/auditor.js';
import { linearityOf } from '../../core/trust/audit/linear.js';
import type { Verdict } from '../../core/trust/audit/verdict.js';
import { fusedEngine } from '../../core/trust/classes/fused-engine.suite.js';
import { runTestWindow } from '../../core/trust/classes/test-window.js';
import { toleranceBetween } from '../../core/trust/classes/tolerance.js';
import { coneOf } from '../../core/trust/cone.js';
import { shardOf } from '../../core/trust/physics.js';
import { hashed } from '../../core/trust/physics.suite.js';
import { FLOOR } from '../../core/trust/reputation/standing.js';
import { tilesOf } from '../../core/trust/roots/commitment.js';
import type { Engine } from '../../shaders/engine.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import type { Figure } from '../harness.js';
import { changeIn, computeEpochs, type Epoch, makeScene, type Scene, shown } from './scene.js';

export interface AuditBench {
  readonly edge: number;
  /** Steps of an epoch. */
  readonly steps: number;
  /** Tiles that are audited, of all that the grid has. */
  readonly tiles: number;
  /** Epochs of each honest engine, and of each attack. */
  readonly honestEpochs: number;
  readonly attackedEpochs: number;
}

export const FULL_AUDITS: AuditBench = {
  edge: 40,
  steps: 16,
  tiles: 12,
  honestEpochs: 4,
  attackedEpochs: 2,
};
export const TRIAL_AUDITS: AuditBench = {
  edge: 32,
  steps: 4,
  tiles: 6,
  honestEpochs: 2,
  attackedEpochs: 1,
};

/** What has to be found: a box that is off by more than this part of its norm. */
const CHANGED = 1e-3;

export interface AuditsMeasured {
  readonly figures: readonly Figure[];
  readonly trials: readonly AuditTrial[];
}

/** How well audits by reciprocity do, which runs do not use. `openGpu`: another class, where there is one. */
export async function measureAudits(
  setup: AuditBench,
  openGpu: () => Promise<Engine>,
): Promise<AuditsMeasured> {
  const scene = await makeScene(setup.edge, setup.steps);
  const [plain, fused, gpu] = [await createWasmEngine(), fusedEngine(), await openGpu()];
  try {
    const honest = new Map<Engine, readonly Epoch[]>();
    for (const engine of [plain, fused, gpu]) {
      honest.set(engine, await computeEpochs(scene, plain, engine, setup.honestEpochs));
    }
    const tiles = tilesFor(scene, setup.tiles);
    const auditor = auditorOf(scene);
    const checks = await checkHonest(scene, auditor, tiles, [...honest.values()].flat());
    const trials = await tryAttacks(scene, auditor, tiles, plain, setup.attackedEpochs);
    const figures: Figure[] = [
      {
        name: 'reciprocity_honest_flagged',
        value: checks.flagged,
        unit: '1',
        note: `of ${checks.count} honest checks, three classes; ${setup.edge}³, ${setup.steps} steps, boxes of 8³`,
      },
      {
        name: 'reciprocity_honest_worst',
        value: checks.worst / TOLERANCE,
        unit: '1',
        note: 'largest honest error over the tolerance',
      },
      worstOf(trials),
      ...(await costs(scene, middleOf(scene), plain)),
      ...(await classFigures({ plain, fused, gpu })),
    ];
    return { figures, trials };
  } finally {
    await Promise.all([plain, fused, gpu].map((engine) => engine.close()));
  }
}

function auditorOf({ physics }: Scene): Auditor {
  const linearity = linearityOf(physics.model, physics.grid.dimensions);
  if (linearity.kind !== 'linear') throw new TypeError(linearity.reason);
  return new Auditor(physics, linearity.update, new Uint8Array(32).fill(11));
}

function allTiles({ physics: { grid }, whole }: Scene): Box[] {
  return bricksOf(grid, whole).flatMap((brick) => tilesOf(grid, brick));
}

/** So many of the tiles, spread evenly over the grid. */
function tilesFor(scene: Scene, count: number): Box[] {
  const all = allTiles(scene);
  const chosen = Math.min(count, all.length);
  return Array.from({ length: chosen }, (_, n) => all[Math.floor((n * all.length) / chosen)] as Box);
}

async function audit(
  scene: Scene,
  auditor: Auditor,
  box: Box,
  { from, start, end }: Epoch,
): Promise<Verdict> {
  const evidence = auditor.evidenceFor(box, scene.steps, 0);
  const cells = { start: shown(scene, start, evidence.start), end: shown(scene, end, evidence.end) };
  return auditor.check(box, scene.steps, 0, from, cells);
}

/** Tile by tile, since a tile's weights are made once. */
async function checkHonest(scene: Scene, auditor: Auditor, tiles: readonly Box[], epochs: readonly Epoch[]) {
  let [count, flagged, worst] = [0, 0, 0];
  for (const tile of tiles) {
    for (const epoch of epochs) {
      const verdict = await audit(scene, auditor, tile, epoch);
      count += 1;
      if (verdict.kind !== 'holds') flagged += 1;
      worst = Math.max(worst, verdict.kind === 'not finite' ? Number.POSITIVE_INFINITY : verdict.error);
    }
  }
  return { count, flagged, worst };
}

export interface AuditTrial {
  readonly name: string;
  /** Checks of tiles that the attack changed by more than CHANGED, and how many of them found it. */
  readonly changed: number;
  readonly found: number;
  /** Of all tiles. */
  readonly tried: number;
  readonly foundAnywhere: number;
}

async function tryAttacks(
  scene: Scene,
  auditor: Auditor,
  tiles: readonly Box[],
  engine: Engine,
  epochs: number,
): Promise<AuditTrial[]> {
  const honest = await computeEpochs(scene, engine, engine, epochs);
  const everywhere = [skippedStep, halfPrecision, wrongMedium, missingSource, replayedState, staleHalo];
  const attacked = new Map<Attack, readonly Epoch[]>();
  for (const attack of everywhere) {
    attacked.set(attack, await computeEpochs(scene, engine, attack.on(engine), epochs));
  }
  const byTile: AuditTrial[] = [];
  for (const tile of tiles) {
    for (const [attack, cells] of attacked) {
      byTile.push(await tryOn(scene, auditor, tile, attack, honest, cells));
    }
  }
  const trials = everywhere.map(({ name }) => together(byTile.filter((trial) => trial.name === name)));
  for (const inCell of [
    notFinite,
    ...[1e-2, 1e-3, 1e-4].map((part) => (cell: Triple) => cellOff(cell, part)),
  ]) {
    const each: AuditTrial[] = [];
    for (const tile of tiles.filter((_, index) => index % 6 === 0)) {
      const attack = inCell(cellOf(tile));
      const attacked = await computeEpochs(scene, engine, attack.on(engine), 1);
      each.push(await tryOn(scene, auditor, tile, attack, honest, attacked));
    }
    trials.push(together(each));
  }
  return trials;
}

async function tryOn(
  scene: Scene,
  auditor: Auditor,
  tile: Box,
  { name }: Attack,
  honest: readonly Epoch[],
  attacked: readonly Epoch[],
): Promise<AuditTrial> {
  let [changed, found, tried, foundAnywhere] = [0, 0, 0, 0];
  for (const [index, epoch] of attacked.entries()) {
    const caught = (await audit(scene, auditor, tile, epoch)).kind !== 'holds';
    const counts = changeIn(scene, tile, honest[index] as Epoch, epoch) > CHANGED;
    tried += 1;
    if (caught) foundAnywhere += 1;
    if (counts) changed += 1;
    if (counts && caught) found += 1;
  }
  return { name, changed, found, tried, foundAnywhere };
}

function together(trials: readonly AuditTrial[]): AuditTrial {
  const sum = (count: (trial: AuditTrial) => number) =>
    trials.reduce((total, trial) => total + count(trial), 0);
  return {
    name: (trials[0] as AuditTrial).name,
    changed: sum(({ changed }) => changed),
    found: sum(({ found }) => found),
    tried: sum(({ tried }) => tried),
    foundAnywhere: sum(({ foundAnywhere }) => foundAnywhere),
  };
}

/** Some cell of a tile. */
function cellOf({ lo, hi }: Box): Triple {
  const along = (axis: 0 | 1 | 2) =>
    lo[axis] + Math.floor(((hashed(lo, axis) + 1) / 2) * (hi[axis] - lo[axis]));
  return [along(0), along(1), along(2)];
}

function worstOf(trials: readonly AuditTrial[]): Figure {
  const counted = trials.filter(({ changed }) => changed > 0);
  const worst = Math.min(...counted.map(({ found, changed }) => found / changed));
  const checks = counted.reduce((sum, { changed }) => sum + changed, 0);
  return {
    name: 'reciprocity_worst_detection',
    value: worst,
    unit: '1',
    note: `lowest of ${counted.length} attacks, ${checks} tiles off by more than 1e-3 of their norm`,
  };
}

/** A shard as a volunteer has it. */
const SHARD_EDGE = 128;

/** What audits cost at the floor, for a shard of 128³: one new box each time, since a pool of boxes could be learnt. */
async function costs(scene: Scene, box: Box, engine: Engine): Promise<Figure[]> {
  const [{ start, end, from }] = (await computeEpochs(scene, engine, engine, 1)) as [Epoch];
  const fresh = auditorOf(scene);
  const timed = async () => {
    const started = performance.now();
    await audit(scene, fresh, box, { start, end, from });
    return (performance.now() - started) / 1000;
  };
  const [first, again] = [await timed(), await timed()];
  const rate = await cellRate(scene, engine);
  const epochSeconds = (SHARD_EDGE ** 3 * scene.steps) / rate;
  const { start: starts, end: ends } = fresh.evidenceFor(box, scene.steps, 0);
  const bytes = 4 * [...starts, ...ends].reduce((sum, slab) => sum + cellCount(slab.box), 0);
  const haloBytes = 6 * SHARD_EDGE ** 2 * 7 * 4 * Math.ceil(scene.steps / 4);
  const where = `a shard of ${SHARD_EDGE}³, 1 epoch in ${1 / FLOOR}`;
  return [
    {
      name: 'reciprocity_seconds_first',
      value: first,
      unit: 's',
      note: 'a box that was never audited, uneven in every cell',
    },
    { name: 'reciprocity_seconds_again', value: again, unit: 's', note: 'the same box, its weights kept' },
    {
      name: 'reciprocity_cost',
      value: (first * FLOOR) / epochSeconds,
      unit: '1',
      note: `${where}; of one thread that makes ${(rate / 1e6).toFixed(0)} M updates/s`,
    },
    {
      name: 'reciprocity_bytes',
      value: (bytes * FLOOR) / haloBytes,
      unit: '1',
      note: `${where}; of its halos, 4 steps deep`,
    },
  ];
}

/** The tile in the middle: its cone is clipped least. */
function middleOf(scene: Scene): Box {
  const { shape } = scene.physics.grid;
  const centre = shape.map((cells) => cells >> 1);
  const holds = ({ lo, hi }: Box) =>
    centre.every((at, axis) => (lo[axis] as number) <= at && at < (hi[axis] as number));
  return allTiles(scene).find(holds) as Box;
}

/** Updates a second, by the engine's own clock, of a shard that is loaded. */
async function cellRate({ physics, whole, steps }: Scene, engine: Engine): Promise<number> {
  const { updates, held } = coneOf(physics, whole, steps);
  const spec = shardOf(physics, held);
  const shard = await engine.createShard(spec);
  for (const field of ['psi', 'speed', 'damping']) {
    const cells = eachCellOf(held, (cell) => 0.1 + 0.05 * hashed(cell, field.length));
    await shard.write([{ component: 0, field, level: 'now', box: held }], cells);
  }
  const timed = updates.map((box, time) => ({ box, time, amplitudes: (spec.sources ?? []).map(() => 1) }));
  await shard.advance(timed);
  const { seconds } = await shard.advance(timed);
  await shard.close();
  return (cellCount(whole) * steps) / seconds;
}

async function classFigures({
  plain,
  fused,
  gpu,
}: Record<'plain' | 'fused' | 'gpu', Engine>): Promise<Figure[]> {
  const windows = await Promise.all([plain, fused, gpu].map((engine) => runTestWindow(engine)));
  const [a, b, c] = windows as [(typeof windows)[0], (typeof windows)[0], (typeof windows)[0]];
  const apart = (name: string, one: typeof a, other: typeof a): Figure => {
    const { measured, tolerance } = toleranceBetween(one, other);
    const same = one.class === other.class ? 'one class' : 'two classes';
    return {
      name,
      value: measured,
      unit: '1',
      note: `${same}, relative L2 in the test window; tolerance ${tolerance.toExponential(1)}`,
    };
  };
  return [apart('class_plain_fused', a, b), apart('class_plain_webgpu', a, c)];
}
