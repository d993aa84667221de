import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Address } from '../../coordinator/store/s3-address.js';
import { EngineError, type GroundswellError } from '../../core/errors.js';
import { addressesOf } from '../../core/protocol/addresses.js';
import type { GpuChoice } from '../gpu/adapters.js';
import { type JobReport, type RoomApi, roomApi } from './api.js';
import type { Context } from './context.js';
import { chooseDisplay, type Display } from './display.js';
import { AbandonedError, Exit, UsageError } from './exit.js';
import { follow } from './follow.js';
import { handIn } from './hand-in.js';
import { iceOptions } from './ice.js';
import { aborted } from './lifetime.js';
import { type Device, devicesOf, type LocalPeers, startLocalPeers } from './local-peers.js';
import { DEFAULT_PORT } from './options.js';
import type { EngineChoice, PreparedJob, RunningCoordinator, TransportChoice } from './parts.js';
import { isFree, nextFreePort } from './port.js';
import { pagesFolder } from './serve.js';

const ASK_ROOM_EVERY_MS = 1_000;

export interface RunOptions {
  readonly host: string;
  readonly port?: number;
  readonly data: string;
  readonly store?: S3Address;
  readonly ice?: readonly string[];
  readonly turnSecret?: string;
  readonly peers: number;
  readonly engine: EngineChoice;
  readonly threads?: number | undefined;
  /** A peer for each, whatever `peers` says. */
  readonly gpus?: GpuChoice;
  /** Bytes of each peer's GPU. */
  readonly gpuMemory?: number | undefined;
  readonly transport: TransportChoice;
  readonly name: string;
  /** Goes on serving when the job is done. */
  readonly keep: boolean;
  readonly json?: boolean;
}

/** `groundswell run`: a coordinator, peers on this machine and one job, from its start to its end. */
export async function run(path: string, options: RunOptions, context: Context): Promise<Exit> {
  const prepared = await context.parts.readJob(path);
  const display = chooseDisplay(options);
  const devices = await devicesOf(options, context.parts, (line) => display.note(line));
  const port = await choosePort(options, display);
  const coordinator = await context.parts.startCoordinator({
    host: options.host,
    port,
    folder: options.data,
    ...(options.store && { store: options.store }),
    ice: iceOptions(options),
    pages: pagesFolder(),
    // The one job it is asked for; others wait for `serve` or `resume`.
    resume: false,
    whileTaken: 'refuse',
    // The peers that are started below: nobody gains by checking oneself.
    believesOwn: true,
    logLevel: 'warn',
  });
  try {
    display.serving(coordinator);
    const report = await computed(coordinator, prepared, { ...options, devices }, display, context.lifetime);
    if (report === undefined) return Exit.interrupted;
    display.ended(report, prepared.work);
    if (report.state !== 'done') return Exit.jobEnded;
    if (options.keep) {
      display.note(
        `Still serving at ${coordinator.url}. Hand another job in at ${coordinator.url}/lab, for browsers to compute. Ctrl-C ends it.`,
      );
      await aborted(context.lifetime);
    }
    return Exit.ok;
  } finally {
    await coordinator.close();
  }
}

/**
 * Runs the job on local peers and whoever else joins; the local ones stay no longer than the job.
 * Resolves to the last report, or undefined where `lifetime` ended first.
 * Throws EngineError where no local peer can compute, AbandonedError where they ended, and nobody else is there.
 */
async function computed(
  coordinator: RunningCoordinator,
  prepared: PreparedJob,
  { devices, threads, gpuMemory, transport, name }: RunOptions & { readonly devices: readonly Device[] },
  display: Display,
  lifetime: AbortSignal,
): Promise<JobReport | undefined> {
  const { url, invitation, token } = coordinator;
  const api = roomApi({ ...addressesOf(invitation), origin: url }, token);
  const onLost = (message: string) => {
    if (!lifetime.aborted) display.note(message);
  };
  const urls = [invitation];
  const peers = startLocalPeers({ devices, urls, threads, gpuMemory, transport, name, onLost });
  const over = new AbortController();
  lifetime.addEventListener('abort', () => over.abort(), { once: true });
  // With no local peers, others are waited for however long it takes.
  const deserted = devices.length === 0 ? undefined : desertion(api, peers, over);
  try {
    const id = await handIn(api, prepared);
    display.started({ job: id, page: url });
    const report = await follow(api, id, display, over.signal);
    if (report === undefined && !lifetime.aborted) throw await deserted;
    if (report === undefined) {
      display.close();
      display.note(
        `Job ${id} is not done; groundswell serve with the same --data or --store goes on with it.`,
      );
    }
    return report;
  } finally {
    over.abort();
    display.close();
    // Peers of a coordinator that is gone have nobody to hand their shards to, and leave at once.
    if (lifetime.aborted) await coordinator.close();
    await peers.stop();
  }
}

/** Aborts `over`, and resolves to the reason, once every local peer has ended and the room is empty. */
async function desertion(
  api: RoomApi,
  peers: LocalPeers,
  over: AbortController,
): Promise<GroundswellError | undefined> {
  const status = await peers.ended;
  while (!over.signal.aborted) {
    // A coordinator that does not answer is for whoever follows the job to complain of.
    const room = await api.room().catch(() => undefined);
    if (room?.peers.length === 0) {
      over.abort();
      return status === Exit.noDevice
        ? new EngineError('no peer on this machine can compute; try --engine wasm')
        : new AbandonedError(
            'every peer on this machine has ended, and nobody else computes; see the lines above',
          );
    }
    await sleep(ASK_ROOM_EVERY_MS, undefined, { signal: over.signal }).catch(() => {});
  }
  return undefined;
}

/** A port that was asked for must be free; the usual one may be passed over for the next. */
async function choosePort({ host, port }: RunOptions, display: Display): Promise<number> {
  if (port !== undefined) {
    if (await isFree(host, port)) return port;
    throw new UsageError(`--port: ${port} on ${host} is taken; give another, or leave --port out`);
  }
  const free = await nextFreePort(host, DEFAULT_PORT);
  if (free !== DEFAULT_PORT) display.note(`Port ${DEFAULT_PORT} is taken; using ${free}.`);
  return free;
}
