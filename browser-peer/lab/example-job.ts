/** A job that a few devices compute in some minutes, for whoever has none yet. Small pieces go to every device that comes. */
export const EXAMPLE_JOB = `name: drop
title: A drop in a closed box
model: wave
grid: { shape: [96, 96, 96], spacing: 0.01, unit: m }
time: { steps: 20000 }
parameters: { speed: 343 }
initial:
  psi: { formula: gaussian, amplitude: 1, sigma: 0.05, centre: { z: 48, y: 30, x: 36 } }
probes:
  ear: { at: { z: 48, y: 48, x: 72 }, fields: [psi] }
outputs:
  film: { fields: [psi], every: 100, plane: { z: 48 } }
run: { use: all, checkpointSeconds: 10 }
`;
