import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as zarr from 'zarrita';
import { workInputs } from '../coordinator/inputs/work-inputs.js';
import { resultWriter } from '../coordinator/results/result-writer.js';
import { sweepWriter } from '../coordinator/results/sweep-writer.js';
import { zarrStore } from '../coordinator/results/zarr-store.js';
import type { JobStatus } from '../coordinator/room/conductor.js';
import type { IceOptions } from '../coordinator/room/ice-desk.js';
import { conductor } from '../coordinator/run/conductor.js';
import { type Coordinator, FIRST_ROOM, startCoordinator } from '../coordinator/server.js';
import type { Store } from '../coordinator/store/store.js';
import type { InspectionTools } from '../coordinator/trust/inspection.js';
import { checkJob } from '../core/job/check.js';
import type { JobFileInput } from '../core/job/schema.js';
import { isSweep } from '../core/job/sweep.js';
import { checkWholeSweep } from '../core/job/whole-sweep.js';
import type { TransportFactory } from '../core/links/transport.js';
import { type Contributor, type ContributorStatus, contribute } from '../core/peer/contributor.js';
import { httpObjects } from '../core/peer/http-objects.js';
import type { Objects } from '../core/peer/objects.js';
import { addressesOf } from '../core/protocol/addresses.js';
import { outputArrayKey, resultKey } from '../core/protocol/keys.js';
import type { Socket } from '../core/protocol/socket.js';
import { bestDigest } from '../core/trust/statement/blake3.js';
import { bestEd25519, signerOf } from '../core/trust/statement/ed25519.js';
import type { Identity } from '../core/witness/witness.js';
import { connectSocket } from '../peer-node/socket.js';
import { openTransports, type TransportChoice } from '../peer-node/transports.js';
import type { Engine } from '../shaders/engine.js';
import { createWasmEngine } from '../shaders/wasm/engine.js';
import { type Door, openDoor } from './door.js';

/** A key of its own for each peer. */
export async function freshIdentity(): Promise<Identity> {
  const signer = signerOf(await bestEd25519(), randomBytes(32));
  return { signer, digest: await bestDigest(() => import('@napi-rs/blake-hash')) };
}

/** What the coordinator logged: plans, setbacks and the like. */
export interface RunEvent {
  readonly event: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface FleetPeer {
  readonly contributor: Contributor;
  readonly statuses: readonly ContributorStatus[];
  close(): Promise<void>;
}

interface PeerOptions {
  readonly name?: string;
  /** What it claims to do, in cell updates per second. */
  readonly rate?: number;
  readonly engine?: Engine;
  readonly transport?: TransportChoice | TransportFactory;
  readonly connect?: (url: string) => Promise<Socket>;
  /** Instead of the coordinator's objects as they are. */
  readonly objects?: (honest: Objects) => Objects;
  /** A key that it had before. */
  readonly identity?: Identity;
  /** Where it seems to come from, such as 127.0.0.2: peers of one address have one owner. */
  readonly address?: string;
}

/** What is told where a run lost something, or somebody. */
const TROUBLES: ReadonlySet<string> = new Set(['gone', 'back', 'benched', 'store', 'found-out', 'withheld']);

/** A real coordinator with a folder of its own, and peers in this process over real data channels. */
export class Fleet {
  readonly events: RunEvent[];
  readonly #coordinator: Coordinator;
  /** Its own, to be removed. */
  readonly #folder: string | undefined;
  readonly #peers: FleetPeer[] = [];
  /** By the address that they lead from. */
  readonly #doors = new Map<string, Promise<Door>>();

  private constructor(coordinator: Coordinator, folder: string | undefined, events: RunEvent[]) {
    this.#coordinator = coordinator;
    this.#folder = folder;
    this.events = events;
  }

  /** A store or folder that is given stays its owner's. */
  static async start(
    options: {
      readonly pages?: string;
      readonly store?: Store;
      readonly folder?: string;
      readonly ice?: IceOptions;
      /** Peers are checked, in this way where one is given. */
      readonly trust?: boolean | Partial<Pick<InspectionTools, 'supervisor' | 'ownKeys' | 'openEngine'>>;
      /** Bytes that a peer may have to show of one span. */
      readonly evidenceBytes?: number;
      /** Goes on with the jobs of a folder or store that is given. */
      readonly resume?: boolean;
    } = {},
  ): Promise<Fleet> {
    const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'groundswell-fleet-')));
    const events: RunEvent[] = [];
    const coordinator = await startCoordinator({
      host: '127.0.0.1',
      port: 0,
      folder,
      version: 'test',
      ...options,
      makeConductor: ({ name, document, store, term, evidence }) =>
        conductor({
          document,
          store,
          term,
          ...(options.trust && {
            trust: {
              room: name,
              evidence,
              openEngine: () => createWasmEngine(),
              ...(options.trust !== true && options.trust),
            },
          }),
          resultWriter: (patient, id, job) => resultWriter(patient, id, job, 'test'),
          sweepWriter: (patient, id, sweep) => sweepWriter(patient, id, sweep, 'test'),
          log: (event, details) => events.push({ event, details: { ...details } }),
        }),
    });
    return new Fleet(coordinator, options.folder === undefined ? folder : undefined, events);
  }

  /** What has gone wrong so far. */
  get troubles(): readonly RunEvent[] {
    return this.events.filter(({ event }) => TROUBLES.has(event));
  }

  get url(): string {
    return this.#coordinator.url;
  }

  get token(): string {
    return this.#coordinator.token;
  }

  /** By which other machines take part, and this one under another name. */
  get invitation(): URL {
    return new URL(this.#coordinator.invitation);
  }

  get store() {
    return this.#coordinator.store;
  }

  /** Joins a peer in this process, which ends with the fleet. */
  async join(options: PeerOptions = {}): Promise<FleetPeer> {
    const connect = options.address === undefined ? {} : { connect: await this.#enter(options.address) };
    const name = `peer ${this.#peers.length + 1}`;
    const peer = await joinRoom(this.url, { name, ...connect, ...options });
    this.#peers.push(peer);
    return peer;
  }

  /** `folder` is where the job's arrays lie. */
  async submit(file: JobFileInput, folder = '.'): Promise<string> {
    const { jobs } = this.#coordinator;
    const room = this.#coordinator.room(FIRST_ROOM);
    const { id, started } = await jobs.submit(room, file);
    if (started) return id;
    const work = isSweep(file) ? await checkWholeSweep(file) : checkJob(file);
    for await (const { key, bytes } of workInputs(id, work, folder)) {
      await this.store.put(key, bytes);
    }
    await jobs.start(room, id);
    return id;
  }

  /** Who has credit for cell updates that stood, the most deserving first. */
  credit() {
    return this.#conductor.credit().credits;
  }

  /** Ids of the jobs that were handed in, the first one first. */
  jobs(): readonly string[] {
    return this.#conductor.jobs().map(({ id }) => id);
  }

  status(id: string): JobStatus {
    const status = this.#conductor.jobs().find((job) => job.id === id);
    if (!status) throw new RangeError(`no job ${id}`);
    return status;
  }

  /** Resolves when the job is done; rejects with the reason where it is not. */
  async done(id: string): Promise<JobStatus> {
    const status = await this.#conductor.finished(id);
    if (status.state !== 'done') throw new Error(`${id} ${status.state}: ${status.reason}`);
    return status;
  }

  /** False where no such job waits or runs. */
  stop(id: string): boolean {
    return this.#conductor.stop(id);
  }

  /** Goes on with a job that was stopped, here or by an earlier coordinator on this store. */
  resume(id: string): Promise<void> {
    return this.#coordinator.jobs.start(this.#coordinator.room(FIRST_ROOM), id);
  }

  /** Runs a job to its end. */
  async run(file: JobFileInput, folder?: string): Promise<Result> {
    const id = await this.submit(file, folder);
    await this.done(id);
    return this.result(id);
  }

  result(id: string): Result {
    return new Result(this.store, id);
  }

  async close(): Promise<void> {
    await this.#coordinator.close();
    await Promise.all(this.#peers.map((peer) => peer.close()));
    for (const door of await Promise.all(this.#doors.values())) door.close();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }

  /** The room's address for peers that are to come from another address of this machine, such as 127.0.0.2, and so of another owner. */
  async urlFrom(address: string): Promise<string> {
    const door = this.#doors.get(address) ?? openDoor(this.url, address);
    this.#doors.set(address, door);
    return (await door).url;
  }

  async #enter(address: string): Promise<typeof connectSocket> {
    const { host } = new URL(await this.urlFrom(address));
    return (url) => {
      const through = new URL(url);
      through.host = host;
      return connectSocket(through.href);
    };
  }

  get #conductor() {
    return this.#coordinator.room(FIRST_ROOM).conductor;
  }
}

/** Joins a coordinator's room from this process, with an engine of its own. */
export async function joinRoom(url: string, options: PeerOptions): Promise<FleetPeer> {
  const engine = options.engine ?? (await createWasmEngine());
  const { transport = 'werift', connect = connectSocket, objects = (honest) => honest } = options;
  const transports = typeof transport === 'string' ? await openTransports(transport) : transport;
  const addresses = addressesOf(url);
  const statuses: ContributorStatus[] = [];
  const contributor = contribute({
    connect: () => connect(addresses.socket),
    engine,
    ability: {
      engine: engine.kind,
      device: engine.device,
      memory: engine.memory,
      rate: options.rate ?? 1e8,
    },
    transports,
    objects: objects(httpObjects(fetch, addresses)),
    identity: options.identity ?? (await freshIdentity()),
    name: options.name ?? 'peer',
    kind: 'node',
    onChange: (status) => statuses.push(status),
  });
  return {
    contributor,
    statuses,
    async close() {
      await contributor.leave();
      await transports.close();
      await engine.close();
    },
  };
}

/** A job's result, read back as its user would. */
export class Result {
  constructor(
    private readonly store: Store,
    readonly id: string,
  ) {}

  /** All snapshots of one state: `[time, ...cells]`. */
  output(output: string, state: string): Promise<Float32Array> {
    return this.#read(outputArrayKey(this.id, output, state));
  }

  probe(probe: string, state: string): Promise<Float32Array> {
    return this.#read(`${resultKey(this.id)}/probes/${probe}/${state}`);
  }

  async #read(key: string): Promise<Float32Array> {
    const array = await zarr.open.v3(zarr.root(zarrStore(this.store, key)), { kind: 'array' });
    if (!array.is('float32')) throw new TypeError(`${key} does not hold f32`);
    return (await zarr.get(array)).data;
  }
}
