import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { MAX_NAME_LENGTH } from '../../core/protocol/limits.js';
import type { GpuChoice } from '../gpu/adapters.js';
import { Exit } from './exit.js';
import type { EngineChoice, Parts, TransportChoice } from './parts.js';

/** A child that does not leave in this time is killed. Longer than a peer takes to hand its shard on. */
const LEAVE_WITHIN_MS = 6_000;

export interface LocalPeers {
  /** Resolves when every one has ended, to the exit status they share, or undefined where they differ. */
  readonly ended: Promise<number | undefined>;
  /** Asks all to leave, and waits until they are gone. */
  stop(): Promise<void>;
}

/** What one local peer computes on. */
export type Device = { readonly engine: EngineChoice } | { readonly gpu: string };

/** What the user's options come to: a peer for each GPU chosen, or so many on the same engine; what is left out is said. Throws EngineError. */
export async function devicesOf(
  {
    peers,
    engine,
    gpu,
    gpus,
  }: {
    readonly peers: number;
    readonly engine: EngineChoice;
    readonly gpu?: string;
    readonly gpus?: GpuChoice;
  },
  parts: Pick<Parts, 'chooseGpus'>,
  say: (line: string) => void,
): Promise<readonly Device[]> {
  if (gpus !== undefined) {
    const { names, leftOut } = await parts.chooseGpus(gpus);
    for (const line of leftOut) say(line);
    return names.map((name) => ({ gpu: name }));
  }
  return Array.from({ length: peers }, () => (gpu === undefined ? { engine } : { gpu }));
}

export interface LocalPeersOptions {
  /** One peer for each. */
  readonly devices: readonly Device[];
  /** One room's coordinators. */
  readonly urls: readonly string[];
  /** Of each peer's `wasm` engine; unless given, the peers part those of the machine. */
  readonly threads?: number | undefined;
  /** Of each device; all of it unless given. */
  readonly share?: number;
  /** Bytes of each peer's GPU. */
  readonly gpuMemory?: number | undefined;
  readonly transport: TransportChoice;
  readonly name: string;
  /** Each leaves when EC2 announces that it takes this instance back. */
  readonly ec2?: boolean | undefined;
  /** A peer ended that was not asked to. */
  readonly onLost: (message: string) => void;
}

/**
 * Starts peers as processes of their own, by the command that this process was started with: each has its own memory and device, and one that crashes takes nobody along.
 * They hold a channel to this process, and leave when it closes, however this process ends.
 */
export function startLocalPeers({
  devices,
  urls,
  threads = Math.max(1, Math.floor(availableParallelism() / devices.length)),
  share = 1,
  gpuMemory,
  transport,
  name,
  ec2 = false,
  onLost,
}: LocalPeersOptions): LocalPeers {
  let stopping = false;
  const peers = devices.map((device, index) => {
    const suffix = devices.length === 1 ? '' : `-${index + 1}`;
    const peerName = name.slice(0, MAX_NAME_LENGTH - suffix.length) + suffix;
    const computing = 'gpu' in device ? ['--gpu', device.gpu] : ['--engine', device.engine];
    const memory = gpuMemory === undefined ? [] : ['--gpu-memory', `${gpuMemory / 2 ** 30}`];
    const taking = [
      ...['--threads', `${threads}`, '--beside', `${devices.length - 1}`],
      ...['--share', `${Math.round(100 * share)}`],
    ];
    const choices = [...computing, ...memory, ...taking, '--transport', transport, '--name', peerName];
    const child = startPeer(['join', ...urls, ...choices, ...(ec2 ? ['--ec2'] : [])]);
    const ended = endOf(child).then(({ status, how }) => {
      if (!stopping) onLost(`Peer ${peerName} ended ${how}`);
      return status;
    });
    return { child, ended };
  });
  const statuses = Promise.all(peers.map(({ ended }) => ended));

  return {
    ended: statuses.then((all) => (new Set(all).size === 1 ? all[0] : undefined)),
    async stop() {
      stopping = true;
      for (const { child } of peers) child.kill('SIGTERM');
      const late = setTimeout(() => {
        for (const { child } of peers) child.kill('SIGKILL');
      }, LEAVE_WITHIN_MS);
      await statuses;
      clearTimeout(late);
    },
  };
}

/** Else V8 collects garbage on four threads beside, a quarter of a core in a run with large halos, which engines want. */
const PEER_FLAGS = ['--single-threaded-gc'];

function startPeer(args: readonly string[]): ChildProcess {
  const [, command = ''] = process.argv;
  return spawn(process.execPath, [...PEER_FLAGS, command, ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}

interface End {
  readonly status: number;
  /** In words, with the last line it wrote to stderr. */
  readonly how: string;
}

async function endOf(child: ChildProcess): Promise<End> {
  let heard = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    heard = (heard + text).slice(-2_000);
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  const lastWords = heard.trim().split('\n').at(-1);
  const how = code === null ? `by ${signal}` : `with status ${code}`;
  return { status: code ?? Exit.interrupted, how: lastWords ? `${how} (${lastWords})` : how };
}
