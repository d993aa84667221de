import { Checker } from '../../coordinator/trust/checker.js';
import { type Device, deviceOf } from '../../coordinator/trust/played-run.suite.js';
import { fusedEngine } from '../../core/trust/classes/fused-engine.suite.js';
import { FLOOR } from '../../core/trust/reputation/standing.js';
import type { Engine } from '../../shaders/engine.js';
import { createWasmEngine } from '../../shaders/wasm/engine.js';
import type { Figure } from '../harness.js';
import { CHANGED, type Trial, tryCheats } from './attacks.js';
import { secondsUntilOut } from './global-cheat.js';
import { checkHonest } from './honest.js';
import { measureCost } from './run-cost.js';
import { checkUnlike } from './unlike.js';
import { betrayals, type Caught, sybils } from './waiting-cheats.js';
import { wilson } from './wilson.js';

export interface RunsBench {
  /** Checks of honest peers, at least. */
  readonly honestChecks: number;
  /** Comparisons of honest twins of two classes, on each ground. */
  readonly unlikeSpans: number;
  /** Of each cheat, on the checker's class and on another one. */
  readonly trials: number;
  /** Peers over which the spans until one is found are averaged. */
  readonly peers: number;
  /** And those who are really played, and cheat once they are trusted. */
  readonly traitors: number;
  /** Cells along each side of the grid on which somebody cheats in a real run. */
  readonly cheatedEdge: number;
  readonly largeCheatedEdge: number;
  /** And of the shard whose checks are paid for, and for how long. */
  readonly costEdge: number;
  readonly costSeconds: number;
}

export const FULL: RunsBench = {
  honestChecks: 10_020,
  unlikeSpans: 150,
  trials: 40,
  peers: 2000,
  traitors: 16,
  cheatedEdge: 64,
  largeCheatedEdge: 160,
  costEdge: 128,
  costSeconds: 12,
};
export const TRIAL: RunsBench = {
  honestChecks: 60,
  unlikeSpans: 4,
  trials: 2,
  peers: 50,
  traitors: 1,
  cheatedEdge: 24,
  largeCheatedEdge: 32,
  costEdge: 24,
  costSeconds: 2,
};

/** Good checks of a peer that is trusted: from here on it is checked as seldom as any. */
export const TRUSTED = Math.round(1 / FLOOR);

/** Of one owner. */
const KEYS = 50;

export interface RunsMeasured {
  readonly figures: readonly Figure[];
  /** By the class that the liar claims. */
  readonly same: readonly Trial[];
  readonly other: readonly Trial[];
  readonly traitors: Caught;
  readonly sybils: Caught;
}

/** How well runs hold peers to what they compute, by all that runs do it with. `openGpu`: a third numerical class. */
export async function measureRuns(setup: RunsBench, openGpu: () => Promise<Engine>): Promise<RunsMeasured> {
  const devices: [Device, Device, Device] = [
    await deviceOf(await createWasmEngine()),
    await deviceOf(fusedEngine()),
    await deviceOf(await openGpu()),
  ];
  const [plain, fused] = devices;
  const checker = new Checker(() => createWasmEngine());
  try {
    const honest = await checkHonest(devices, checker, setup.honestChecks);
    const common = { device: plain, checker, trials: setup.trials };
    const same = await tryCheats({ ...common, claims: plain.numericalClass });
    const other = await tryCheats({ ...common, claims: 'another class' });
    const traitors = await betrayals(common, TRUSTED, setup.traitors);
    const crowd = await sybils(common, KEYS);
    const classes = new Set(devices.map(({ numericalClass }) => numericalClass)).size;
    const names = devices.map(({ engine }) => `${engine.kind} on ${engine.device}`).join('; ');
    return {
      same,
      other,
      traitors,
      sybils: crowd,
      figures: [
        { name: 'honest_flagged', value: honest.flagged, unit: '1', note: `of ${honest.checks} checks` },
        { name: 'honest_checks', value: honest.checks, unit: '1', note: `${classes} classes: ${names}` },
        ...(await checkUnlike([plain, fused], setup.unlikeSpans)),
        worstOf([...same, ...other]),
        blamed([...same, ...other]),
        ...(await secondsUntilOut(setup.cheatedEdge, setup.largeCheatedEdge)),
        ...(await measureCost(setup.costEdge, setup.costSeconds)),
      ],
    };
  } finally {
    await checker.close();
    for (const { engine } of devices) await engine.close();
  }
}

function worstOf(trials: readonly Trial[]): Figure {
  const counted = trials.filter(({ changed }) => changed > 0);
  const checks = counted.reduce((sum, { changed }) => sum + changed, 0);
  const found = counted.reduce((sum, { changedFound }) => sum + changedFound, 0);
  const { low } = wilson(found, checks);
  return {
    name: 'worst_detection',
    value: Math.min(...counted.map(({ changed, changedFound }) => changedFound / changed)),
    unit: '1',
    note: `lowest of all cheats; ${found} of ${checks} spans with a brick off by more than ${CHANGED} of its norm: at least ${low.toFixed(4)}`,
  };
}

const blamed = (trials: readonly Trial[]): Figure => ({
  name: 'honest_blamed',
  value: trials.reduce((sum, { blamed: wrongly }) => sum + wrongly, 0),
  unit: '1',
  note: `honest neighbours that were named in place of a liar, in ${trials.reduce((sum, { tried }) => sum + tried, 0)} spans`,
});
