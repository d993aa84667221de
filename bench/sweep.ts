import type { JobFileInput } from '../core/job/schema.js';
import { createWasmEngine } from '../shaders/wasm/engine.js';
import { Fleet } from '../test/fleet.js';
import { paced } from '../test/paced-engine.js';
import type { Figure } from './harness.js';

const MEMBERS = 1000;
const EDGE = 32;
const STEPS = 100;
const SPEEDS = [1, 2, 4, 8];
/** With all peers computing to the very end. Coordinator and peers share one process, which is to have time for all of them. */
const IDEAL_SECONDS = 90;

const sweep = {
  name: 'many',
  model: 'wave',
  grid: { shape: [EDGE, EDGE], spacing: 1 },
  time: { steps: STEPS },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3 } },
  probes: { ear: { at: { y: 8, x: 8 }, fields: ['psi'] } },
  outputs: { end: { fields: ['psi'] } },
  run: { peers: SPEEDS.length },
  sweep: { width: { field: 'initial.psi.sigma', from: 1, to: 5, count: MEMBERS } },
};

/**
 * A real coordinator and four real peers, whose engines take as long as devices of unequal speed would: everything that a
 * member costs beside its cells is paid for.
 */
export async function bench(): Promise<Figure[]> {
  // Fixed edges are not computed.
  const all = MEMBERS * (EDGE - 2) ** 2 * STEPS;
  const unit = all / IDEAL_SECONDS / SPEEDS.reduce((sum, speed) => sum + speed);
  const fleet = await Fleet.start();
  try {
    for (const speed of SPEEDS) {
      const engine = paced(await createWasmEngine(), () => unit * speed);
      await fleet.join({ engine, rate: unit * speed });
    }
    const started = performance.now();
    const id = await fleet.submit(sweep as unknown as JobFileInput);
    await fleet.done(id);
    const seconds = (performance.now() - started) / 1000;
    const note = `${MEMBERS} members of ${EDGE}² × ${STEPS} on four peers of speeds ${SPEEDS.join(' : ')}`;
    return [
      { name: 'sweep_vs_ideal', value: seconds / IDEAL_SECONDS, unit: '1', note },
      { name: 'sweep_members_per_second', value: MEMBERS / seconds, unit: '1/s', note },
    ];
  } finally {
    await fleet.close();
  }
}
