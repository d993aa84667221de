import type { WholeSweep } from '../../core/job/whole-sweep.js';
import type { Store } from '../store/store.js';
import type { SweepWriter } from '../sweep/sweep-parts.js';
import { finishSweepResult, startSweepResult } from './sweep-result.js';

/** Writes a sweep's result to the store. `version` is Groundswell's. */
export function sweepWriter(store: Store, id: string, sweep: WholeSweep, version: string): SweepWriter {
  const started = new Date();
  return {
    start: () => startSweepResult(store, id, sweep),
    finish({ done, failed }, contributions) {
      const all = contributions.reduce((sum, { cellUpdates }) => sum + cellUpdates, 0);
      const peers = contributions.map(({ name, engine, device, cellUpdates }) => {
        return { name, engine, device, share: all > 0 ? cellUpdates / all : 0 };
      });
      const provenance = { version, started, ended: new Date(), peers };
      return finishSweepResult(store, id, sweep, { over: { done, failed }, provenance });
    },
  };
}
