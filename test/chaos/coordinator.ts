import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { folderStore } from '../../coordinator/store/folder.js';
import { UploadSigner } from '../../coordinator/store/signer.js';
import type { JobFileInput } from '../../core/job/schema.js';
import { addressesOf } from '../../core/protocol/addresses.js';
import { resultKey } from '../../core/protocol/keys.js';
import { type Seal, sealSchema, spentSealSchema } from '../../core/protocol/seal.js';
import { roomApi } from '../../peer-node/cli/api.js';
import { nextFreePort } from '../../peer-node/cli/port.js';
import { differingBits } from '../bits.js';
import { Result } from '../fleet.js';
import { CoordinatorProcess, PeerProcess } from '../processes.js';
import { everything, isDone, submitted, undisturbed } from './disturbed-job.js';

const job: JobFileInput = {
  name: 'chaos',
  model: 'wave',
  grid: { shape: [32, 32, 32], spacing: 1, brick: 8 },
  time: { steps: 3000, courant: 0.55 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3, centre: { z: 12, y: 18, x: 20 } } },
  probes: { off: { at: { z: 20, y: 9, x: 9 }, fields: ['psi'] } },
  outputs: {
    plane: { fields: ['psi'], every: 500, plane: { z: 16 }, pack: true },
    end: { fields: ['psi', 'freq'] },
  },
  run: { peers: 1, checkpointSeconds: 1 },
};

/** A coordinator lives so long at most, from its start to its kill. */
const LONGEST_LIFE_MS = 4_000;
const LOOK_EVERY_MS = 20;

export interface KillReport {
  readonly kills: number;
  /** Jobs that ran to their end meanwhile, one after the other. */
  readonly jobs: number;
  readonly seals: number;
  /** Bits in which their results differ from those of an undisturbed run. */
  readonly differingBits: number;
  /** What must not happen and did, in words. */
  readonly faults: readonly string[];
}

/**
 * Kills the coordinator of a run, without a warning, at random moments of its life, `kills` times, and starts it again
 * each time; lets the run end, and looks at all of it.
 */
export async function chaos(kills: number): Promise<KillReport> {
  const truth = await undisturbed(job);
  const folder = await mkdtemp(join(tmpdir(), 'groundswell-chaos-'));
  const port = await nextFreePort('127.0.0.1', 18_570);
  const url = `http://127.0.0.1:${port}`;
  let coordinator = new CoordinatorProcess(folder, port);
  const seals = new SealWatch(folder);
  const ids: string[] = [];
  let peers: PeerProcess[] = [];
  try {
    ids.push(await submitted(job, url, folder));
    peers = ['anna', 'bert'].map((name) => new PeerProcess(url, name));
    // They wait for a coordinator that goes, but want to have seen one.
    const { room } = roomApi(addressesOf(url));
    while ((await room()).peers.length < peers.length) await sleep(50);
    for (let killed = 0; killed < kills; killed++) {
      await sleep(Math.random() * LONGEST_LIFE_MS);
      await coordinator.kill();
      await seals.look();
      coordinator = new CoordinatorProcess(folder, port);
      if (await isDone(folder, ids.at(-1) ?? '')) ids.push(await submitted(job, url, folder));
    }
    while (!(await isDone(folder, ids.at(-1) ?? ''))) await sleep(100);
    const store = await folderStore(join(folder, 'store'), new UploadSigner(new Uint8Array(32)));
    const results = await Promise.all(ids.map((id) => everything(new Result(store, id))));
    return {
      kills,
      jobs: ids.length,
      seals: seals.count,
      differingBits: results.reduce((sum, result) => sum + differingBits(result, truth), 0),
      faults: seals.faults,
    };
  } finally {
    await seals.close();
    await Promise.all(peers.map((peer) => peer.kill()));
    await coordinator.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Keeps its eyes on the seals of a store: each is made once, and the steps only grow. */
class SealWatch {
  readonly faults: string[] = [];
  readonly #folder: string;
  readonly #seen = new Map<string, string>();
  readonly #newest = new Map<string, Seal>();
  readonly #watching: Promise<void>;
  #open = true;

  constructor(folder: string) {
    this.#folder = join(folder, 'store/jobs');
    this.#watching = this.#watch();
  }

  get count(): number {
    return this.#seen.size;
  }

  async close(): Promise<void> {
    this.#open = false;
    await this.#watching;
  }

  async look(): Promise<void> {
    for (const job of await readdir(this.#folder).catch(() => [])) {
      const seals = join(this.#folder, job, 'checkpoint');
      // Asked before the seals are: what is complete by then was sealed before.
      const complete = await isComplete(this.#folder, job);
      for (const name of (await readdir(seals).catch(() => [])).sort()) {
        // One that is gone was pruned since.
        const text = await readFile(join(seals, name), 'utf8').catch(() => undefined);
        if (text !== undefined) this.#note(job, name, text);
      }
      const isOver =
        this.#newest.get(job)?.final === true || (await isDone(join(this.#folder, '../..'), job));
      if (complete && !isOver) this.faults.push(`${job} is called complete before its end is sealed`);
    }
  }

  #note(job: string, name: string, text: string): void {
    const key = `${job}/${name}`;
    const before = this.#seen.get(key);
    const isSpent = spentSealSchema.safeParse(JSON.parse(text)).success;
    if (before !== undefined && before !== text && !isSpent) this.faults.push(`seal ${key} was made twice`);
    if (before !== undefined || isSpent) return;
    this.#seen.set(key, text);
    const seal = sealSchema.parse(JSON.parse(text));
    const newest = this.#newest.get(job);
    if (newest && (seal.seal <= newest.seal || seal.step < newest.step || seal.term < newest.term)) {
      this.faults.push(`seal ${key} goes back from step ${newest.step} to ${seal.step}`);
    }
    this.#newest.set(job, seal);
  }

  async #watch(): Promise<void> {
    while (this.#open) {
      await this.look();
      await sleep(LOOK_EVERY_MS);
    }
  }
}

const isComplete = (jobs: string, id: string) =>
  readFile(join(jobs, '..', resultKey(id), 'zarr.json'), 'utf8').then(
    (text) => JSON.parse(text).attributes?.state === 'complete',
    () => false,
  );
