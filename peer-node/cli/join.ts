import { addressesOf } from '../../core/protocol/addresses.js';
import { EC2_METADATA, ec2Notice } from '../ec2-notice.js';
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
  /** Peers that the same command has started besides. */
  readonly beside?: number | undefined;
  readonly gpu?: string;
  /** A peer for each, whatever `peers` says. */
  readonly gpus?: GpuChoice;
  /** Of each device: over 0 and up to 1. */
  readonly share: number;
  /** Bytes. */
  readonly gpuMemory?: number | undefined;
  readonly transport: TransportChoice;
  readonly name: string;
  readonly peers: number;
  /** Leave when EC2 announces that it takes this instance back. */
  readonly ec2?: boolean;
}

/** `groundswell join`: this machine computes along until the room lets it go or somebody ends it. */
export async function join(
  urls: readonly URL[],
  options: JoinCommandOptions,
  context: Context,
): Promise<number> {
  await askFirst(urls);
  if (options.gpus === undefined && options.peers === 1) return joinHere(urls, options, context);
  return joinMany(urls, options, context);
}

/** A peer waits for a coordinator that is away; somebody who mistyped its address wants to hear of it now. */
async function askFirst(urls: readonly URL[]): Promise<void> {
  const answers = await Promise.allSettled(urls.map(({ href }) => roomApi(addressesOf(href)).room()));
  const failures = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
  // A room that is not there yet comes to be when the first one joins it.
  const isFine = failures.length < urls.length || failures.some((error) => error instanceof UsageError);
  if (!isFine) throw failures[0];
}

async function joinHere(
  urls: readonly URL[],
  { engine, threads, beside, gpu, gpuMemory, share, transport, name, ec2 }: JoinCommandOptions,
  { parts, lifetime, print }: Context,
) {
  const joined = await parts.joinRoom({
    urls,
    engine,
    threads,
    beside,
    ...(gpu !== undefined && { gpu }),
    share,
    gpuMemory,
    transport,
    name,
    onStatus: printChanges(print),
  });
  const watching = new AbortController();
  const address = process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT || EC2_METADATA;
  const notice = ec2 ? ec2Notice(watching.signal, { address }) : aborted(watching.signal);
  const end = await Promise.race([
    joined.done.then(() => 'over' as const),
    aborted(lifetime).then(() => 'leave' as const),
    notice.then((says) => ({ says })),
  ]);
  watching.abort();
  if (typeof end === 'object') print(`leaves: ${end.says}`);
  if (end !== 'over') await joined.leave();
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

async function joinMany(urls: readonly URL[], options: JoinCommandOptions, context: Context) {
  const devices = await devicesOf(options, context.parts, context.print);
  const { threads, gpuMemory, share, transport, name, ec2 } = options;
  const links = urls.map(({ href }) => href);
  const peers = startLocalPeers({
    devices,
    threads,
    gpuMemory,
    share,
    transport,
    name,
    ec2,
    urls: links,
    onLost: context.print,
  });
  try {
    const count = `${devices.length} ${devices.length === 1 ? 'peer is' : 'peers are'}`;
    context.print(`${count} joining ${links.join(' or ')}`);
    const status = await Promise.race([peers.ended, aborted(context.lifetime).then(() => Exit.ok)]);
    return status ?? Exit.jobEnded;
  } finally {
    await peers.stop();
  }
}
