import { addressesOf } from '../../core/protocol/addresses.js';
import type { GpuChoice } from '../gpu/adapters.js';
import { roomApi } from './api.js';
import type { Context } from './context.js';
import { Exit, UsageError } from './exit.js';
import { aborted } from './lifetime.js';
import { devicesOf, startLocalPeers } from './local-peers.js';
import type { EngineChoice, TransportChoice } from './parts.js';

export interface JoinCommandOptions {
  readonly engine: EngineChoice;
  readonly threads?: number | undefined;
  readonly gpu?: string;
  /** A peer for each, whatever `peers` says. */
  readonly gpus?: GpuChoice;
  readonly transport: TransportChoice;
  readonly name: string;
  readonly peers: number;
}

/** `groundswell join`: this machine computes along until the room lets it go or somebody ends it. */
export async function join(url: URL, options: JoinCommandOptions, context: Context): Promise<number> {
  await askFirst(url);
  if (options.gpus === undefined && options.peers === 1) return joinHere(url, options, context);
  return joinMany(url, options, context);
}

/** A peer waits for a coordinator that is away; somebody who mistyped its address wants to hear of it now. */
async function askFirst(url: URL): Promise<void> {
  try {
    await roomApi(addressesOf(url.href)).room();
  } catch (error) {
    // A room that is not there yet comes to be when the first one joins it.
    if (!(error instanceof UsageError)) throw error;
  }
}

async function joinHere(
  url: URL,
  { engine, threads, gpu, transport, name }: JoinCommandOptions,
  { parts, lifetime, print }: Context,
) {
  const joined = await parts.joinRoom({
    url,
    engine,
    threads,
    ...(gpu !== undefined && { gpu }),
    transport,
    name,
    onStatus: printChanges(print),
  });
  const end = await Promise.race([joined.done.then(() => 'over'), aborted(lifetime).then(() => 'leave')]);
  if (end === 'leave') await joined.leave();
  return Exit.ok;
}

/** Prints what differs from the line before. */
function printChanges(print: (line: string) => void): (line: string) => void {
  let last: string | undefined;
  return (line) => {
    if (line !== last) print(line);
    last = line;
  };
}

async function joinMany(url: URL, options: JoinCommandOptions, context: Context) {
  const devices = await devicesOf(options, context.parts);
  const { threads, transport, name } = options;
  const peers = startLocalPeers({ devices, threads, transport, name, url: url.href, onLost: context.print });
  try {
    context.print(`${devices.length} ${devices.length === 1 ? 'peer is' : 'peers are'} joining ${url.href}`);
    const status = await Promise.race([peers.ended, aborted(context.lifetime).then(() => Exit.ok)]);
    return status ?? Exit.jobEnded;
  } finally {
    await peers.stop();
  }
}
