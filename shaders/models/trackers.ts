import type { Field } from '../model.js';

/** What the built-in models can record in each cell while the wave passes. */
export const trackerFields = {
  rms2: {
    name: 'rms2',
    kind: 'tracker',
    title: 'Running mean of ψ²',
    unit: ({ amplitude }) => `(${amplitude})^2`,
  },
  freq: {
    name: 'freq',
    kind: 'tracker',
    title: 'Running mean of the frequency',
    unit: ({ time }) => `1/(${time})`,
  },
  crossed: {
    name: 'crossed',
    kind: 'tracker',
    title: 'Time of the last upward crossing of 0',
    unit: ({ time }) => time,
  },
  peak: {
    name: 'peak',
    kind: 'tracker',
    title: 'Running maximum of |ψ|',
    unit: ({ amplitude }) => amplitude,
  },
} satisfies Readonly<Record<string, Field>>;
