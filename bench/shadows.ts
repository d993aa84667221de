import type { Figure } from './harness.js';
import { measureShadows } from './trust/shadows.js';

/** What shadows cost: docs/trust.md. `--trial` only shows that it runs. */
export async function bench(): Promise<Figure[]> {
  const isTrial = process.argv.includes('--trial');
  return measureShadows(isTrial ? { seconds: 2, runs: 1 } : { seconds: 8, runs: 3 });
}
