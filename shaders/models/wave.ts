import type { Model } from '../model.js';
import { trackerFields } from './trackers.js';
import wgsl from './wave.wgsl';

/** The wave equation with the trackers of OpenWave's M2 (PHYSICS.md, section 1). */
export const wave: Model = {
  name: 'wave',
  title: 'The wave equation, with running mean square and frequency',
  wgsl,
  radius: 1,
  fields: [
    { name: 'psi', kind: 'wave', title: 'Displacement ψ', unit: ({ amplitude }) => amplitude },
    trackerFields.rms2,
    trackerFields.freq,
    trackerFields.crossed,
  ],
  media: [],
  parameters: [{ name: 'speed', title: 'Speed of the wave, in units of length and time', min: 0 }],
  constants: ['courant2', 'dt'],
  evaluate: ({ parameters, spacing, dt }) => ({ courant2: ((speedOf(parameters) * dt) / spacing) ** 2, dt }),
  largestStep: ({ parameters, spacing, dimensions }) =>
    spacing / (speedOf(parameters) * Math.sqrt(dimensions)),
};

function speedOf(parameters: Readonly<Record<string, number>>): number {
  const { speed } = parameters;
  if (speed === undefined) throw new TypeError('the wave model was evaluated without its speed');
  return speed;
}
