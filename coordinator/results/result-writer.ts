import type { Job } from '../../core/job/job.js';
import type { ResultWriter } from '../run/job-parts.js';
import type { Contribution, RunReport } from '../run/run-report.js';
import type { Store } from '../store/store.js';
import { finishResult } from './finish.js';
import { ProbeSeries } from './probe-series.js';
import { markVetted, startResult } from './start.js';

/** Writes a run's result to the store. `version` is Groundswell's. */
export function resultWriter(store: Store, id: string, job: Job, version: string): ResultWriter {
  const probes = new ProbeSeries(store, id, job);
  const started = new Date();
  return {
    start: () => startResult(store, id, job),
    markVetted: (step) => markVetted(store, id, job, step),
    async addProbes(samples) {
      for (const sample of samples) await probes.add(sample);
    },
    readProbe: (...asked) => probes.read(...asked),
    flush: () => probes.flush(),
    finish(report: RunReport) {
      const ended = new Date();
      const wallSeconds = (ended.getTime() - started.getTime()) / 1000;
      const peers = sharesOf(report.contributions);
      return finishResult(store, id, job, {
        probes,
        provenance: {
          version,
          started,
          ended,
          wallSeconds,
          peers,
          stepSeconds: report.stepSeconds,
          scaling: report.scaling,
        },
      });
    },
  };
}

function sharesOf(contributions: readonly Contribution[]) {
  const all = contributions.reduce((sum, { cellUpdates }) => sum + cellUpdates, 0);
  return contributions.map(({ name, engine, device, cellUpdates }) => ({
    name,
    engine,
    device,
    share: all > 0 ? cellUpdates / all : 0,
  }));
}
