/** Small members over some edges and six speeds, with a probe and two outputs: of each edge all speeds, one after the other. */
export const pondWith = (edges: readonly unknown[]) => ({
  name: 'pond',
  model: 'wave',
  grid: { shape: [20, 24], spacing: 0.5 },
  time: { steps: 60 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 2 } },
  probes: { ear: { at: { y: 5, x: 7 }, fields: ['psi'] } },
  outputs: { film: { fields: ['psi'], every: 30 }, end: { fields: ['rms2'] } },
  sweep: {
    edge: { field: 'boundary', values: edges },
    speed: { field: 'parameters.speed', from: 1, to: 2, count: 6 },
  },
});
