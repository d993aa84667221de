import type { Job } from '../../core/job/job.js';
import { pictureKey } from '../../core/protocol/keys.js';
import type { Store } from '../store/store.js';
import { pictureOf } from './picture.js';
import type { ProbeSeries } from './probe-series.js';
import { readSlice } from './slice.js';
import { writeDocuments } from './start.js';

/** How a result came to be. */
export interface Provenance {
  /** Groundswell's. */
  readonly version: string;
  readonly started: Date;
  readonly ended: Date;
  /** Time computing, pauses left out. */
  readonly wallSeconds: number;
  /** All that computed, also those that left. */
  readonly peers: readonly {
    readonly name: string;
    readonly engine: string;
    readonly device: string;
    /** Of all cell updates, 0 to 1. */
    readonly share: number;
  }[];
}

/**
 * Completes a result whose chunks are all in the store: probe series, picture, and last the provenance, with which
 * the root's `state` turns from `running` to `complete`. Attributes are text and numbers only, as netCDF wants them.
 */
export async function finishResult(
  store: Store,
  jobId: string,
  job: Job,
  { probes, provenance }: { readonly probes: ProbeSeries; readonly provenance: Provenance },
): Promise<void> {
  await probes.flush();
  await writePicture(store, jobId, job);
  const { version, started, ended, wallSeconds, peers } = provenance;
  await writeDocuments(store, jobId, job, {
    state: 'complete',
    source: `Groundswell ${version}`,
    history: `${ended.toISOString()} computed by Groundswell ${version} on ${peers.length} peers`,
    job: JSON.stringify(job.file),
    model: job.model.model.name,
    model_wgsl: job.model.model.wgsl,
    dt: job.dt,
    dt_units: job.units.time,
    steps: job.steps,
    peers: JSON.stringify(peers),
    started: started.toISOString(),
    ended: ended.toISOString(),
    wall_seconds: wallSeconds,
  });
}

async function writePicture(store: Store, jobId: string, job: Job): Promise<void> {
  const [output] = job.outputs;
  const state = output?.states[0];
  if (output === undefined || state === undefined) return;
  const slice = await readSlice(store, jobId, output, state, output.steps.length - 1);
  await store.put(pictureKey(jobId), await pictureOf(slice));
}
