import type { Job } from '../../core/job/job.js';
import { pictureKey } from '../../core/protocol/keys.js';
import type { ShownScaling } from '../run/scaling.js';
import type { Store } from '../store/store.js';
import { packOutput, removeLoose } from './pack.js';
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
  /** Seconds a step, as plans promised and as they were; undefined for a run too short to tell. */
  readonly scaling?: ShownScaling | undefined;
  readonly stepSeconds?: { readonly predicted: number; readonly measured: number } | undefined;
}

/**
 * Completes a result whose chunks are all in the store: probe series, packed objects, picture, and last the
 * provenance, with which the root's `state` turns from `running` to `complete`. Chunks that were packed go after that,
 * so that at no time a reader misses them. Attributes are text and numbers only, as netCDF wants them.
 */
export async function finishResult(
  store: Store,
  jobId: string,
  job: Job,
  { probes, provenance }: { readonly probes: ProbeSeries; readonly provenance: Provenance },
): Promise<void> {
  const packed = job.outputs.filter((output) => output.packed);
  await probes.flush();
  for (const output of packed) await packOutput(store, jobId, job, output);
  if (packed.length > 0) await writeDocuments(store, jobId, job, { state: 'running' }, 'packed');
  await writePicture(store, jobId, job);
  const { version, started, ended, wallSeconds, peers, stepSeconds, scaling } = provenance;
  const attributes = {
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
    ...(stepSeconds && {
      step_seconds: stepSeconds.measured,
      step_seconds_predicted: stepSeconds.predicted,
    }),
    ...(scaling && scalingAttributes(scaling)),
  };
  await writeDocuments(store, jobId, job, attributes, 'packed');
  for (const output of packed) await removeLoose(store, jobId, job, output);
}

/** What is not known is left out. */
function scalingAttributes(scaling: ShownScaling): Record<string, number> {
  const { computeSeconds, communicationSeconds, otherSeconds, memoryBytes } = scaling;
  const { strongEfficiency, weakEfficiency, predictedEfficiency, gpuUtilisation } = scaling;
  return {
    compute_seconds: computeSeconds,
    communication_seconds: communicationSeconds,
    other_seconds: otherSeconds,
    memory_bytes: memoryBytes,
    ...(strongEfficiency !== null && { strong_efficiency: strongEfficiency }),
    ...(weakEfficiency !== null && { weak_efficiency: weakEfficiency }),
    ...(predictedEfficiency !== null && { strong_efficiency_predicted: predictedEfficiency }),
    ...(gpuUtilisation !== null && { gpu_utilisation: gpuUtilisation }),
  };
}

async function writePicture(store: Store, jobId: string, job: Job): Promise<void> {
  const [output] = job.outputs;
  const state = output?.states[0];
  if (output === undefined || state === undefined) return;
  const slice = await readSlice(store, jobId, output, state, output.steps.length - 1);
  await store.put(pictureKey(jobId), await pictureOf(slice));
}
