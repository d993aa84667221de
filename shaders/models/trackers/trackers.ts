import type { Field } from '../../model.js';
import freq from './freq.wgsl';
import peak from './peak.wgsl';
import rms2 from './rms2.wgsl';

/** What a job can have recorded in each cell while the wave passes. `freq` brings `crossed`, which it needs. */
export const TRACKERS = ['rms2', 'freq', 'peak'] as const;
export type Tracker = (typeof TRACKERS)[number];

const trackers: Readonly<Record<Tracker, { wgsl: string; fields: readonly Field[] }>> = {
  rms2: {
    wgsl: rms2,
    fields: [
      {
        name: 'rms2',
        kind: 'tracker',
        title: 'Running mean of ψ²',
        unit: ({ amplitude }) => `(${amplitude})^2`,
      },
    ],
  },
  freq: {
    wgsl: freq,
    fields: [
      {
        name: 'freq',
        kind: 'tracker',
        title: 'Running mean of the frequency',
        unit: ({ time }) => `1/(${time})`,
      },
      {
        name: 'crossed',
        kind: 'tracker',
        title: 'Time of the last upward crossing of 0',
        unit: ({ time }) => time,
      },
    ],
  },
  peak: {
    wgsl: peak,
    fields: [
      {
        name: 'peak',
        kind: 'tracker',
        title: 'Running maximum of |ψ|',
        unit: ({ amplitude }) => amplitude,
      },
    ],
  },
};

const psi: Field = {
  name: 'psi',
  kind: 'wave',
  title: 'Displacement ψ',
  unit: ({ amplitude }) => amplitude,
};

/** A wave ψ that is watched: what a model needs beside the equation of `fn next() -> f32`. */
export interface WatchedWave {
  /** ψ, then what is recorded of it, in the order of TRACKERS. */
  readonly fields: readonly Field[];
  /** The trackers, `struct Cell` and `fn update()`, which calls `next()`. Trackers read `param.dt`. */
  readonly wgsl: string;
}

export function watchedWave(chosen: readonly Tracker[]): WatchedWave {
  const recorded = TRACKERS.filter((tracker) => chosen.includes(tracker)).map((name) => trackers[name]);
  const watching = recorded.flatMap(({ fields }) => fields);
  const members = ['psi', ...watching.map(({ name }) => name)];
  const values = ['wave', ...watching.map(({ name }) => `${name}_after(wave)`)];
  const frame = `struct Cell {
${members.map((name) => `  ${name}: f32,`).join('\n')}
}

fn update() -> Cell {
  let wave = next();
  return Cell(${values.join(', ')});
}
`;
  return { fields: [psi, ...watching], wgsl: [...recorded.map(({ wgsl }) => wgsl), frame].join('\n') };
}
