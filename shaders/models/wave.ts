import type { Model } from '../model.js';
import { type Tracker, watchedWave } from './trackers/trackers.js';
import equation from './wave.wgsl';

/** What OpenWave's M2 records (PHYSICS.md, section 1). */
export const WAVE_TRACKERS = ['rms2', 'freq'] as const satisfies readonly Tracker[];

/** The wave equation, one speed everywhere. Its WGSL is `wave.wgsl` and that of the trackers. */
export function waveModel(trackers: readonly Tracker[]): Model {
  const { fields, wgsl } = watchedWave(trackers);
  return {
    name: 'wave',
    title: 'The wave equation',
    wgsl: `${equation}\n${wgsl}`,
    radius: 1,
    fields,
    media: [],
    parameters: [{ name: 'speed', title: 'Speed of the wave, in units of length and time', min: 0 }],
    constants: ['courant2', 'dt'],
    evaluate: ({ parameters, spacing, dt }) => ({
      courant2: ((speedOf(parameters) * dt) / spacing) ** 2,
      dt,
    }),
    largestStep: ({ parameters, spacing, dimensions }) =>
      spacing / (speedOf(parameters) * Math.sqrt(dimensions)),
  };
}

/** The wave equation with the trackers of M2. */
export const wave = waveModel(WAVE_TRACKERS);

function speedOf(parameters: Readonly<Record<string, number>>): number {
  const { speed } = parameters;
  if (speed === undefined) throw new TypeError('the wave model was evaluated without its speed');
  return speed;
}
