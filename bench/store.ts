import { s3Store } from '../coordinator/store/s3.js';
import { s3Address } from '../coordinator/store/s3-address.js';
import { prepareBucket } from '../coordinator/store/s3-bucket.js';
import type { Store } from '../coordinator/store/store.js';
import type { JobFileInput } from '../core/job/schema.js';
import { Fleet } from '../test/fleet.js';
import { PeerProcess } from '../test/processes.js';
import { missingPrograms, startCeph } from '../test/s3/ceph.js';
import type { Figure } from './harness.js';

/** Pairs of runs, with checkpoints and without, one after the other. */
const PAIRS = 3;
const NEVER_SECONDS = 1e6;
/** So often that a short run has several; what one costs is then set against the usual interval. */
const OFTEN_SECONDS = 1;
/** `run.checkpointSeconds`, unless a job says otherwise. */
const USUAL_SECONDS = 30;

/** Two million cells of five arrays, 42 MB, all of which change: every brick is written. */
const job: JobFileInput = {
  name: 'checkpointed',
  model: 'wave',
  grid: { shape: [128, 128, 128], spacing: 1, brick: 32 },
  time: { steps: 900, courant: 0.5 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'eigenmode', amplitude: 1, modes: { z: 2, y: 3, x: 1 } } },
};

/** What checkpoints cost a run, as a share of its time. */
export async function bench(): Promise<Figure[]> {
  const figures = await costIn('', 'a folder');
  const missing = await missingPrograms();
  if (missing.length > 0) return figures;
  const ceph = await startCeph();
  try {
    process.env.AWS_ACCESS_KEY_ID = ceph.server.accessKey;
    process.env.AWS_SECRET_ACCESS_KEY = ceph.server.secretKey;
    const address = s3Address(`s3://bench?endpoint=${ceph.server.endpoint}&etags=bare`);
    await prepareBucket(address, { origins: ['*'] });
    const store = await s3Store(address);
    const inBucket = await costIn('_s3', 'Ceph RGW on the same machine', store);
    store.close();
    return [...figures, ...inBucket];
  } finally {
    await ceph.close();
  }
}

async function costIn(suffix: string, where: string, store?: Store): Promise<Figure[]> {
  const fleet = await Fleet.start(store && { store });
  const peers = ['one', 'two'].map((name) => new PeerProcess(fleet.url, name));
  const run = async (checkpointSeconds: number) => {
    const began = performance.now();
    const before = sealed(fleet);
    await fleet.run({ ...job, run: { peers: 2, use: 'all', checkpointSeconds } });
    return { seconds: (performance.now() - began) / 1000, seals: sealed(fleet) - before };
  };
  try {
    await run(NEVER_SECONDS);
    const each: number[] = [];
    const plain: number[] = [];
    for (let pair = 0; pair < PAIRS; pair++) {
      const without = await run(NEVER_SECONDS);
      const with_ = await run(OFTEN_SECONDS);
      plain.push(without.seconds);
      each.push((with_.seconds - without.seconds) / with_.seals);
    }
    const setting = `two peers on this machine, 128³ cells in bricks of 32³, ${where}`;
    return [
      {
        name: `checkpoint_cost${suffix}`,
        value: median(each) / USUAL_SECONDS,
        unit: '1',
        note: `share of a run's time at one in ${USUAL_SECONDS} s; ${setting}`,
      },
      {
        name: `checkpoint_seconds${suffix}`,
        value: median(each),
        unit: 's',
        note: `that one checkpoint of everything adds to a run of ${median(plain).toFixed(1)} s`,
      },
    ];
  } finally {
    await Promise.all(peers.map((peer) => peer.stop()));
    await fleet.close();
  }
}

const sealed = ({ events }: Fleet) => events.filter(({ event }) => event === 'sealed').length;

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
