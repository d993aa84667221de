import { EngineError } from '../../core/errors.js';
import { roomAddress } from '../address.js';
import { type JobReport, roomApi } from './api.js';
import type { Context } from './context.js';
import { chooseDisplay, type Display } from './display.js';
import { Exit, UsageError } from './exit.js';
import { follow } from './follow.js';
import { handIn } from './hand-in.js';
import { aborted } from './lifetime.js';
import { startLocalPeers } from './local-peers.js';
import { DEFAULT_PORT } from './options.js';
import type { EngineChoice, PreparedJob, RunningCoordinator } from './parts.js';
import { isFree, nextFreePort } from './port.js';
import { pagesFolder } from './serve.js';

export interface RunOptions {
  readonly host: string;
  readonly port?: number;
  readonly data: string;
  readonly peers: number;
  readonly engine: EngineChoice;
  readonly name: string;
  /** Goes on serving when the job is done. */
  readonly keep: boolean;
  readonly json?: boolean;
}

/** `groundswell run`: a coordinator, peers on this machine and one job, from its start to its end. */
export async function run(path: string, options: RunOptions, context: Context): Promise<Exit> {
  const prepared = await context.parts.readJob(path);
  const display = chooseDisplay(options);
  const port = await choosePort(options, display);
  const coordinator = await context.parts.startCoordinator({
    host: options.host,
    port,
    folder: options.data,
    pages: pagesFolder(),
    logLevel: 'warn',
  });
  try {
    display.serving(coordinator);
    const report = await computed(coordinator, prepared, options, display, context.lifetime);
    if (report === undefined) return Exit.interrupted;
    display.ended(report, prepared.job);
    if (report.state !== 'done') return Exit.jobEnded;
    if (options.keep) {
      display.note(`Still serving at ${coordinator.url}. Ctrl-C ends it.`);
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
 * Throws EngineError where every local peer finds that it cannot compute.
 */
async function computed(
  coordinator: RunningCoordinator,
  prepared: PreparedJob,
  { peers: count, engine, name }: RunOptions,
  display: Display,
  lifetime: AbortSignal,
): Promise<JobReport | undefined> {
  const { url, invitation, token } = coordinator;
  const giveUp = new AbortController();
  lifetime.addEventListener('abort', () => giveUp.abort(), { once: true });
  const onLost = (message: string) => {
    if (!lifetime.aborted) display.note(message);
  };
  const peers = startLocalPeers({ count, url: invitation, engine, name, onLost });
  const allUnable = peers.ended.then((status) => {
    if (status === Exit.noDevice) giveUp.abort();
    return status === Exit.noDevice;
  });
  try {
    const api = roomApi({ ...roomAddress(new URL(invitation)), origin: url }, token);
    const id = await handIn(api, prepared);
    display.started({ job: id, page: url });
    const report = await follow(api, id, display, giveUp.signal);
    if (report === undefined && !lifetime.aborted && (await allUnable)) {
      throw new EngineError(`no peer on this machine can compute with --engine ${engine}; try --engine wasm`);
    }
    return report;
  } finally {
    display.close();
    // Peers of a coordinator that is gone have nobody to hand their shards to, and leave at once.
    if (lifetime.aborted) await coordinator.close();
    await peers.stop();
  }
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
