import { openEngine } from '../peer-node/engines.js';
import type { Engine } from '../shaders/engine.js';
import type { Figure } from './harness.js';
import { Comparators } from './kernel/comparators.js';
import { CHECK_STEPS, compare, costOfPoint, type Entrant, type Result } from './kernel/comparison.js';
import type { Contestant, Runner } from './kernel/contestant.js';
import { EngineContestant } from './kernel/engine.js';
import { figure, over, scaled } from './kernel/figures.js';
import { type BuiltModule, buildModule } from './kernel/module.js';
import { type ProblemName, problems } from './kernel/problems.js';
import { referenceDigest } from './kernel/reference.js';

/** For everything that can use more than one. */
const THREADS = 2;
/** Cells a side of the cubes. */
const CUBE = 256;
const LARGE_CUBE = 384;
/** Cells a side of the plane on which Meep is met: beyond the last cache, as the cubes are. */
const PLANE = 2048;
/** Cells a side of a cube whose arrays stay in each core's own cache. */
const CACHED_CUBE = 48;
/** Steps that the fused C makes in a sweep, and rows of its tiles: its fastest of 4 and 8, and 32, 64 and 128. */
const FUSED = { depth: 8, rows: 128 };
const BUILDS = 9;

/** The wasm engine against C, numba, numpy and Meep, all in one run; docs/performance.md says what each figure means. */
export async function bench(): Promise<Figure[]> {
  const comparators = await Comparators.open(THREADS);
  const engine = await openEngine('wasm', { threads: THREADS });
  try {
    return [
      ...(await wave(engine, comparators, CUBE, '')),
      ...(await wave(engine, comparators, LARGE_CUBE, `_${LARGE_CUBE}`)),
      ...(await ceilings(comparators)),
      ...(await nineteenPoints(engine, comparators)),
      ...(await m2(engine, comparators)),
      ...(await meep(engine, comparators)),
      ...(await subnormals(engine, comparators)),
      ...(await modules()),
    ];
  } finally {
    await engine.close();
    await comparators.close();
  }
}

/** The 7-point step with a coupling for each cell; Python takes part on the smaller cube. */
async function wave(engine: Engine, comparators: Comparators, n: number, suffix: string): Promise<Figure[]> {
  const digest = referenceDigest('seven', n, CHECK_STEPS);
  const same = (name: string, open: () => Promise<Contestant>): Entrant => ({ name, open, digest });
  const fused = (instructions: 'sse2' | 'avx2') => () =>
    comparators.c('fused', instructions, [n, FUSED.depth, FUSED.rows]);
  const python = [
    same('numba', () => comparators.numba(n, 'cells')),
    same('numba_rows', () => comparators.numba(n, 'rows')),
    same('numpy', () => comparators.numpy(n, 1)),
    same('numpy_threads', () => comparators.numpy(n, THREADS)),
  ];
  const entrants: readonly Entrant[] = [
    same('wasm', () => ours(engine, 'seven', n)),
    same('c_openmp', () => comparators.c('plain', 'native', [n, 'seven'])),
    same('c_fused_sse2', fused('sse2')),
    same('c_fused_avx2', fused('avx2')),
    { name: 'roofline', open: (): Promise<Runner> => comparators.c('roofline', 'native', [n]) },
    ...(n === CUBE ? python : []),
  ];
  const results = await compare(n ** 3, entrants);
  return figuresOf(results, {
    ratio: 'wasm',
    rate: 'mcells',
    suffix,
    note: `7 points, ${n}³, ${THREADS} threads`,
  });
}

/** What the arithmetic allows: the plain 7-point step where memory does not matter. */
async function ceilings(comparators: Comparators): Promise<Figure[]> {
  const digest = referenceDigest('seven', CACHED_CUBE, CHECK_STEPS);
  const entrants = (['sse2', 'avx2'] as const).map((instructions) => ({
    name: `cache_${instructions}`,
    open: () => comparators.c('plain', instructions, [CACHED_CUBE, 'seven']),
    digest,
  }));
  const note = `plain C in the cache, 7 points, ${CACHED_CUBE}³, ${THREADS} threads`;
  return ratesOf(await compare(CACHED_CUBE ** 3, entrants), 'mcells', '', note);
}

async function nineteenPoints(engine: Engine, comparators: Comparators): Promise<Figure[]> {
  const [factorised, naive] = (['nineteen', 'naive19'] as const).map((problem) =>
    referenceDigest(problem, CUBE, CHECK_STEPS),
  ) as [number, number];
  const c = (stencil: string) => () => comparators.c('plain', 'native', [CUBE, stencil]);
  const results = await compare(CUBE ** 3, [
    { name: 'wasm', open: () => ours(engine, 'nineteen', CUBE), digest: factorised },
    { name: 'c_openmp', open: c('naive'), digest: naive },
    { name: 'c_factorised', open: c('factorised'), digest: factorised },
  ]);
  return figuresOf(results, {
    ratio: 'wasm19',
    rate: 'mcells19',
    note: `19 points, ${CUBE}³, ${THREADS} threads`,
  });
}

/** A cell update is both fields with their trackers. */
async function m2(engine: Engine, comparators: Comparators): Promise<Figure[]> {
  const digest = referenceDigest('m2', CUBE, CHECK_STEPS);
  const results = await compare(CUBE ** 3, [
    { name: 'wasm', open: () => ours(engine, 'm2', CUBE), digest },
    { name: 'c', open: () => comparators.c('m2', 'native', [CUBE]), digest },
  ]);
  return figuresOf(results, {
    ratio: 'm2',
    rate: 'mcells_m2',
    note: `M2 with trackers, ${CUBE}³, ${THREADS} threads`,
  });
}

/** Meep makes three fields of a cell where the scalar wave has one; it counts as one cell update either way. */
async function meep(engine: Engine, comparators: Comparators): Promise<Figure[]> {
  const shape = [1, PLANE, PLANE] as const;
  const results = await compare(PLANE ** 2, [
    { name: 'wasm', open: () => EngineContestant.open(engine, problems.seven(), shape) },
    { name: 'meep', open: () => comparators.meep(PLANE) },
  ]);
  const note = `${PLANE}² cells, f32 against Meep's f64, ${THREADS} threads or processes`;
  return figuresOf(results, { ratio: 'wasm', rate: 'mcells_2d', note });
}

/** How much longer a run takes while fronts of subnormals run out from a point, than among normal numbers. */
async function subnormals(engine: Engine, comparators: Comparators): Promise<Figure[]> {
  const steps = CUBE / 2 - CHECK_STEPS;
  const note = `${steps} steps from one point ÷ from noise, 7 points, ${CUBE}³`;
  const cost = async (name: string, open: () => Promise<Contestant>) =>
    figure({ name, unit: '1', note }, await costOfPoint(open, steps));
  return [
    await cost('subnormal_cost', () => ours(engine, 'seven', CUBE)),
    await cost('subnormal_cost_c', () => comparators.c('plain', 'native', [CUBE, 'seven'])),
  ];
}

async function modules(): Promise<Figure[]> {
  const names: readonly [ProblemName, suffix: string][] = [
    ['seven', ''],
    ['nineteen', '_19'],
    ['m2', '_m2'],
  ];
  const figures: Figure[] = [];
  for (const [name, suffix] of names) {
    const built: BuiltModule[] = [];
    for (let round = 0; round < BUILDS; round += 1) built.push(await buildModule(name, CUBE));
    const note = `the module of ${name}, ${CUBE}³`;
    figures.push(
      { name: `module_bytes${suffix}`, value: built[0]?.bytes ?? null, unit: 'B', note },
      figure(
        { name: `module_ms${suffix}`, unit: 'ms', note: `${note}, from WGSL to a shard that can run` },
        { kind: 'measured', values: built.map(({ milliseconds }) => milliseconds) },
      ),
    );
  }
  return figures;
}

function ours(engine: Engine, problem: ProblemName, n: number): Promise<Contestant> {
  return EngineContestant.open(engine, problems[problem](), [n, n, n]);
}

/** `wasm` over each of the others, and the rate of every entrant. */
function figuresOf(
  results: ReadonlyMap<string, Result>,
  { ratio, rate, suffix = '', note }: { ratio: string; rate: string; suffix?: string; note: string },
): Figure[] {
  const { wasm, ...rivals } = Object.fromEntries(results);
  if (!wasm) throw new TypeError('a comparison without the wasm engine');
  const ratios = Object.entries(rivals).map(([name, rival]) =>
    figure({ name: `${ratio}_vs_${name}${suffix}`, unit: '1', note }, over(wasm, rival)),
  );
  return [...ratios, ...ratesOf(results, rate, suffix, note)];
}

function ratesOf(results: ReadonlyMap<string, Result>, rate: string, suffix: string, note: string): Figure[] {
  return [...results].map(([name, result]) =>
    figure({ name: `${rate}_${name}${suffix}`, unit: '1e6/s', note }, scaled(result, 1e-6)),
  );
}
