import { dawnAdapter } from '../shaders/webgpu/dawn.suite.js';
import { createWebgpuEngine } from '../shaders/webgpu/engine.js';
import type { Figure } from './harness.js';
import { FULL, measureTrust, TRIAL } from './trust/measure.js';

/** How well audits tell honest work from other, and what they cost: docs/trust.md. `--trial` only shows that it runs. */
export async function bench(): Promise<Figure[]> {
  const setup = process.argv.includes('--trial') ? TRIAL : FULL;
  return measureTrust(setup, async () => createWebgpuEngine(await dawnAdapter()));
}
