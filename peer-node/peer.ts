import { availableParallelism } from 'node:os';
import { RightsError } from '../core/errors.js';
import { calibrate } from '../core/peer/calibrate.js';
import { type ContributorStatus, contribute } from '../core/peer/contributor.js';
import { Coordinators } from './coordinators.js';
import { type EngineChoice, openEngine } from './engines.js';
import { openIdentity } from './identity/identity.js';
import { openTransports, type TransportChoice } from './transports.js';

export interface JoinOptions {
  /** Addresses of coordinators, or invitations, to one room: one of them works, the others stand by. */
  readonly urls: readonly string[];
  readonly engine: EngineChoice;
  /** Of the `wasm` engine; as many as the machine has, unless given. */
  readonly threads?: number | undefined;
  /** Peers that compute on this machine besides, with as many threads each; none unless given. */
  readonly beside?: number | undefined;
  /** The GPU to compute on, by a part of its name, instead of what `engine` finds. */
  readonly gpu?: string;
  /** Of the device: over 0 and up to 1, all of it unless given. */
  readonly share?: number;
  /** Bytes that a shard may hold on a GPU; what can be hoped for, unless given. */
  readonly gpuMemory?: number | undefined;
  readonly transport: TransportChoice;
  readonly name: string;
  readonly onStatus: (status: ContributorStatus) => void;
}

/** A peer's stay in a room. */
export interface JoinedRoom {
  /** Resolves when the peer has left; rejects with RightsError where the coordinator will not have it. */
  readonly done: Promise<void>;
  /** Hands the shard on, then goes. Resolves when the device is free. */
  leave(): Promise<void>;
}

/**
 * Opens this machine's engine and joins a room with it.
 * Throws EngineError where it cannot compute, LinkError where it lacks the transport chosen, RangeError where this device's key cannot be read.
 */
export async function joinRoom({
  urls,
  engine: choice,
  threads,
  beside = 0,
  gpu,
  share = 1,
  gpuMemory,
  transport,
  name,
  onStatus,
}: JoinOptions): Promise<JoinedRoom> {
  const identity = await openIdentity();
  const transports = await openTransports(transport);
  const engine = await openEngine(gpu === undefined ? choice : { gpu }, { threads, gpuMemory });
  await engine.limitTo(share);
  const coordinators = new Coordinators(urls);
  const contributor = contribute({
    connect: () => coordinators.connect(),
    engine,
    sparesCore: threads !== undefined && threads * (1 + beside) < availableParallelism(),
    ability: await calibrate(engine),
    transports,
    objects: coordinators.objects,
    identity,
    name,
    kind: 'node',
    onChange: onStatus,
  });
  const done = contributor.finished.then(async (ending) => {
    await transports.close();
    await engine.close();
    if (ending.kind === 'refused') throw new RightsError(ending.reason);
  });
  done.catch(() => {});
  return {
    done,
    async leave() {
      await contributor.leave();
      await done.catch(() => {});
    },
  };
}
