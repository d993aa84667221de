import { dawnAdapter } from '../shaders/webgpu/dawn.suite.js';
import { createWebgpuEngine } from '../shaders/webgpu/engine.js';
import type { Figure } from './harness.js';
import { FULL_AUDITS, measureAudits, TRIAL_AUDITS } from './trust/audits.js';
import { FULL, measureRuns, TRIAL } from './trust/runs.js';
import { tableOfAudits, tableOfRuns } from './trust/tables.js';

/**
 * How well runs hold peers to what they compute, and what it costs; and the same of audits by reciprocity, which runs do not use. Prints the tables of
 * docs/trust.md. `--trial` only shows that it runs.
 */
export async function bench(): Promise<Figure[]> {
  const isTrial = process.argv.includes('--trial');
  const openGpu = async () => createWebgpuEngine(await dawnAdapter());
  const setup = isTrial ? TRIAL : FULL;
  const runs = await measureRuns(setup, openGpu);
  const audits = await measureAudits(isTrial ? TRIAL_AUDITS : FULL_AUDITS, openGpu);
  console.log(`${tableOfRuns(runs, setup.peers)}\n\n${tableOfAudits(audits)}\n`);
  return [...runs.figures, ...audits.figures];
}
