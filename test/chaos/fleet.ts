import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { folderStore } from '../../coordinator/store/folder.js';
import { UploadSigner } from '../../coordinator/store/signer.js';
import type { JobFileInput } from '../../core/job/schema.js';
import { addressesOf } from '../../core/protocol/addresses.js';
import { roomApi } from '../../peer-node/cli/api.js';
import { nextFreePort } from '../../peer-node/cli/port.js';
import { openTransports } from '../../peer-node/transports.js';
import { differingBits } from '../bits.js';
import { contributeFrom, launchBrowser } from '../browser.js';
import { joinRoom, Result } from '../fleet.js';
import { CoordinatorProcess, PeerProcess } from '../processes.js';
import { slowed } from '../slow-transport.js';
import { everything, isDone, submitted, undisturbed } from './disturbed-job.js';

const job: JobFileInput = {
  name: 'chaos',
  model: 'wave',
  grid: { shape: [32, 32, 32], spacing: 1, brick: 8 },
  time: { steps: 12_000, courant: 0.55 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 1, sigma: 3, centre: { z: 12, y: 18, x: 20 } } },
  probes: { off: { at: { z: 20, y: 9, x: 9 }, fields: ['psi'] } },
  outputs: { plane: { fields: ['psi'], every: 2000, plane: { z: 16 } }, end: { fields: ['psi', 'freq'] } },
  run: { use: 'all' },
};

/** More would only wait for one another on a machine of two cores. */
const MOST_PEERS = 4;
/** A link of 20 Mbit/s. */
const SLOW_BYTES_PER_SECOND = 2.5e6;
const LONGEST_PAUSE_MS = 3_000;
/** Between two disturbances. */
const LONGEST_CALM_MS = 4_000;

const DISTURBANCES = ['join', 'kill', 'leave', 'pause', 'slow link', 'closed tab', 'coordinator'] as const;
type Disturbance = (typeof DISTURBANCES)[number];

export interface FleetReport {
  readonly disturbances: Readonly<Record<string, number>>;
  /** Jobs that ran to their end meanwhile, one after the other. */
  readonly jobs: number;
  /** Times a run went back. */
  readonly setbacks: number;
  /** The most that a setback cost, in seconds of the run: how long it had taken to get from where it went back to. */
  readonly longestLostSeconds: number;
  readonly differingBits: number;
}

/**
 * Disturbs a run of a few peers `times` times: some join, some are killed, leave, stand still for seconds, have a slow link, are tabs that are
 * closed; the coordinator is killed and started again. Lets the run end, and compares its result with an undisturbed one's.
 */
export async function chaos(times: number): Promise<FleetReport> {
  const truth = await undisturbed(job);
  const arena = await Arena.open();
  const done: Record<string, number> = {};
  try {
    for (let i = 0; i < times; i++) {
      await sleep(Math.random() * LONGEST_CALM_MS);
      // Each of them comes up, however few there are.
      const next =
        i < DISTURBANCES.length
          ? DISTURBANCES[i]
          : DISTURBANCES[Math.floor(Math.random() * DISTURBANCES.length)];
      await arena.disturb(next as Disturbance);
      done[next as string] = (done[next as string] ?? 0) + 1;
    }
    const results = await arena.finish();
    return {
      disturbances: done,
      jobs: results.length,
      ...arena.setbacks,
      differingBits: results.reduce((sum, result) => sum + differingBits(result, truth), 0),
    };
  } finally {
    await arena.close();
  }
}

/** A coordinator, and peers that come and go, each in a process of its own. */
class Arena {
  readonly #folder: string;
  readonly #port: number;
  readonly #logs: string[] = [];
  readonly #course: { readonly job: string; readonly step: number; readonly at: number }[] = [];
  readonly #watching: Promise<void>;
  readonly #ids: string[] = [];
  #coordinator: CoordinatorProcess;
  #peers: PeerProcess[] = [];
  #names = 0;
  #open = true;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
    this.#coordinator = new CoordinatorProcess(folder, port);
    this.#watching = this.#watch();
  }

  static async open(): Promise<Arena> {
    const folder = await mkdtemp(join(tmpdir(), 'groundswell-chaos-'));
    const arena = new Arena(folder, await nextFreePort('127.0.0.1', 19_070));
    await arena.#submit();
    for (let i = 0; i < 3; i++) arena.#join();
    return arena;
  }

  async disturb(how: Disturbance): Promise<void> {
    if (await this.#isDone()) await this.#submit();
    switch (how) {
      case 'join':
        return this.#join();
      case 'kill':
        await this.#remove()?.kill();
        return this.#join();
      case 'leave':
        await this.#remove()?.stop();
        return this.#join();
      case 'pause':
        return this.#pause();
      case 'slow link':
        return this.#visitSlowly();
      case 'closed tab':
        return this.#visitInTab();
      case 'coordinator':
        this.#logs.push(this.#coordinator.output);
        await this.#coordinator.kill();
        this.#coordinator = new CoordinatorProcess(this.#folder, this.#port);
    }
  }

  /** Lets the last job end. Resolves to what each has computed. */
  async finish(): Promise<Float32Array[][]> {
    while (!(await this.#isDone())) await sleep(100);
    const store = await folderStore(join(this.#folder, 'store'), new UploadSigner(new Uint8Array(32)));
    return Promise.all(this.#ids.map((id) => everything(new Result(store, id))));
  }

  /** What the runs went back, and how far. */
  get setbacks(): Pick<FleetReport, 'setbacks' | 'longestLostSeconds'> {
    const lines = [...this.#logs, this.#coordinator.output].flatMap((log) => log.split('\n'));
    const backs = lines.flatMap((line) => {
      if (!line.startsWith('{')) return [];
      const { msg, job: id, from, to } = JSON.parse(line);
      return msg === 'back' && typeof to === 'number' ? [{ id, from, to }] : [];
    });
    const lost = backs.map(({ id, from, to }) => this.#reached(id, from) - this.#reached(id, to));
    return { setbacks: backs.length, longestLostSeconds: Math.max(0, ...lost) / 1000 };
  }

  async close(): Promise<void> {
    this.#open = false;
    await this.#watching;
    await Promise.all(this.#peers.map((peer) => peer.kill()));
    await this.#coordinator.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  #join(): void {
    if (this.#peers.length >= MOST_PEERS) return;
    this.#names += 1;
    this.#peers.push(new PeerProcess(this.#url, `peer-${this.#names}`));
  }

  /** Any of them, which is no more among them. */
  #remove(): PeerProcess | undefined {
    return this.#peers.splice(Math.floor(Math.random() * this.#peers.length), 1)[0];
  }

  async #pause(): Promise<void> {
    const peer = this.#peers[Math.floor(Math.random() * this.#peers.length)];
    peer?.signal('SIGSTOP');
    await sleep(Math.random() * LONGEST_PAUSE_MS);
    peer?.signal('SIGCONT');
  }

  async #visitSlowly(): Promise<void> {
    const transport = slowed(await openTransports('werift'), SLOW_BYTES_PER_SECOND);
    const visitor = await joinRoom(this.#url, { name: 'slow', transport });
    await sleep(LONGEST_CALM_MS);
    await visitor.close();
  }

  async #visitInTab(): Promise<void> {
    const browser = await launchBrowser();
    await contributeFrom(browser, this.#url, 'wasm');
    await sleep(LONGEST_CALM_MS / 2);
    await browser.close();
  }

  async #submit(): Promise<void> {
    this.#ids.push(await submitted(job, this.#url, this.#folder));
  }

  #isDone(): Promise<boolean> {
    return isDone(this.#folder, this.#ids.at(-1) ?? '');
  }

  /** When a job was first seen at a step, or beyond. */
  #reached(id: string, step: number): number {
    const first = this.#course.find((seen) => seen.job === id && seen.step >= step) ?? this.#course.at(-1);
    return first?.at ?? 0;
  }

  async #watch(): Promise<void> {
    while (this.#open) {
      const { room } = roomApi(addressesOf(this.#url));
      const report = await room().catch(() => undefined);
      for (const { id, progress } of report?.jobs ?? []) {
        if (progress) this.#course.push({ job: id, step: progress.step, at: Date.now() });
      }
      await sleep(100);
    }
  }
}
