import type { Medium, Model } from '../../model.js';
import { type Tracker, watchedWave } from '../trackers/trackers.js';
import dampedLoss from './damped-loss.wgsl';
import equation from './equation.wgsl';
import laplacian2 from './laplacian-2.wgsl';
import laplacian4 from './laplacian-4.wgsl';
import laplacian8 from './laplacian-8.wgsl';
import loss from './loss.wgsl';
import openEquation from './open-equation.wgsl';
import third2 from './third-2.wgsl';
import thirdHigh from './third-high.wgsl';

/** Orders in space. In time, leapfrog is of second order. */
export type Order = 2 | 4 | 8;

export interface MediumModelOptions {
  readonly order: Order;
  readonly trackers: readonly Tracker[];
  /** Whether any face of the grid absorbs. */
  readonly absorbing: boolean;
  /** Whether any face of the grid is damped. */
  readonly damped: boolean;
}

/** The slope of an absorbing layer reaches two cells. */
const ABSORBING_RADIUS = 2;

/** `symbol` is −dx²·∇² of one axis at the shortest wave, whose cells alternate: the sum of the weights' sizes. */
const laplacians: Readonly<Record<Order, { wgsl: string; third: string; symbol: number }>> = {
  2: { wgsl: laplacian2, third: third2, symbol: 4 },
  4: { wgsl: laplacian4, third: thirdHigh, symbol: 16 / 3 },
  8: { wgsl: laplacian8, third: thirdHigh, symbol: 2048 / 315 },
};

/**
 * The damped wave equation with a potential, all of them from cell to cell:
 * ∂²ψ/∂t² + 2γ·∂ψ/∂t = c²∇²ψ − V·ψ. Its WGSL is put together from the pieces beside this file.
 */
export function mediumModel({ order, trackers, absorbing, damped }: MediumModelOptions): Model {
  const { wgsl: laplacian, third, symbol } = laplacians[order];
  const { fields, wgsl } = watchedWave(trackers);
  const pieces = [
    ...(absorbing ? [openEquation, laplacian, third] : [equation, laplacian]),
    damped ? dampedLoss : loss,
  ];
  return {
    name: 'medium',
    title: `Waves in a medium, of order ${order} in space`,
    wgsl: [...pieces, wgsl].join('\n'),
    radius: Math.max(order / 2, absorbing ? ABSORBING_RADIUS : 0),
    fields,
    media: [...media, ...(absorbing ? outward : []), ...(damped ? [sponge] : [])],
    parameters: [],
    constants: ['dt'],
    evaluate: ({ dt }) => ({ dt }),
    // Von Neumann: dt²·(d·symbol·c²/dx² + V) ≤ 4.
    largestStep: ({ spacing, dimensions }, { speed = 0, potential = 0 }) =>
      2 / Math.sqrt((dimensions * symbol * speed ** 2) / spacing ** 2 + potential),
  };
}

const media: readonly Medium[] = [
  {
    name: 'speed',
    title: 'Speed of the wave',
    unit: ({ length, time }) => `${length}/(${time})`,
    min: 0,
    scale: ({ spacing, dt }) => dt / spacing,
  },
  {
    name: 'damping',
    title: 'Damping γ: a wave decays as exp(−γt)',
    unit: ({ time }) => `1/(${time})`,
    default: 0,
    min: 0,
    scale: ({ dt }) => dt,
  },
  {
    name: 'potential',
    title: 'Potential V: waves below the frequency √V/2π do not run',
    unit: ({ time }) => `1/(${time})^2`,
    default: 0,
    min: 0,
    scale: ({ dt }) => dt ** 2,
  },
];

/** Set by the boundaries of a job, in cells. */
const outward: readonly Medium[] = (['x', 'y', 'z'] as const).map((axis) => ({
  name: `outward_${axis}`,
  title: `Absorption along ${axis}`,
  unit: () => '1',
  default: 0,
  scale: () => 1,
}));

/** Set by the boundaries of a job, per cell. */
const sponge: Medium = {
  name: 'sponge',
  title: 'Damping γ/c of the layers at damped faces',
  unit: () => '1',
  default: 0,
  scale: () => 1,
};
