import type { ExportReport, ExportRequest } from '../../coordinator/export/export.js';
import type { IceOptions } from '../../coordinator/room/ice-desk.js';
import type { S3Address } from '../../coordinator/store/s3-address.js';
import type { JobOrSweep } from '../../core/job/whole-sweep.js';
import type { ChosenGpus, GpuChoice } from '../gpu/adapters.js';
import type { OpenViewer, ViewerOptions } from '../viewer.js';
import type { InputObject } from './api.js';

/** What the command is made of. `wiring.ts` fills it with the real parts. */
export interface Parts {
  /** Reads and checks a job file, of one job or of a sweep. Throws JobError, ModelError, UsageError where there is no such file. */
  readJob(path: string): Promise<PreparedJob>;
  startCoordinator(options: CoordinatorOptions): Promise<RunningCoordinator>;
  /** Makes a bucket ready for coordinators, and for pages of `origins`. Throws StoreError. */
  prepareBucket(address: S3Address, options: { readonly origins: readonly string[] }): Promise<void>;
  /** Writes a result to a file. Throws ExportError, and StoreError where it cannot be read. */
  exportResult(from: ResultPlace, request: ExportRequest, lifetime: AbortSignal): Promise<ExportReport>;
  /**
   * Throws EngineError where this device cannot compute, LinkError where it lacks the transport chosen.
   * Tries again for as long as nobody answers.
   */
  joinRoom(options: JoinOptions): Promise<JoinedRoom>;
  /** Looks at a room's planes. Throws LinkError where this machine lacks the transport chosen. */
  openViewer(options: ViewerOptions): Promise<OpenViewer>;
  /** This machine's GPUs that are chosen. Throws EngineError where there are fewer. */
  chooseGpus(choice: GpuChoice): Promise<ChosenGpus>;
}

/** Where a result lies: a folder, or a bucket whose prefix ends with it. */
export type ResultPlace =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'bucket'; readonly address: S3Address };

export interface PreparedJob {
  readonly work: JobOrSweep;
  /** The bricks of the arrays the job starts from, under the keys they have in the store as job `id`. */
  inputs(id: string): AsyncIterable<InputObject>;
}

export interface CoordinatorOptions {
  readonly host: string;
  readonly port: number;
  readonly folder: string;
  /** Where objects lie instead of there. */
  readonly store?: S3Address;
  /** STUN and TURN servers for peers, and what opens the latter. */
  readonly ice: IceOptions;
  /** Bytes that a peer may have to show of one span. */
  readonly evidenceBytes?: number;
  /** Folder of the built pages. */
  readonly pages: string;
  /** Goes on with jobs that the coordinator before had not ended. */
  readonly resume: boolean;
  /** What to do while another coordinator works on the store. */
  readonly whileTaken: 'wait' | 'refuse';
  /** Peers that sign with this user's own key are believed. */
  readonly believesOwn: boolean;
  /** `info` for a coordinator somebody watches, `warn` where a run has the terminal. */
  readonly logLevel: 'info' | 'warn';
}

export interface RunningCoordinator {
  /** Its origin, for example `http://localhost:8470`. */
  readonly url: string;
  readonly token: string;
  /** Made by this start, so it must be shown: it never will be again. */
  readonly tokenIsNew: boolean;
  /** Address to open or join by, from another machine too. */
  readonly invitation: string;
  /** `standby` while another coordinator works on the store. */
  readonly standing: 'active' | 'standby' | 'over';
  /** Resolves when it works. */
  readonly active: Promise<void>;
  /** Resolves, with what to say, when another has taken over. */
  readonly lost: Promise<Error>;
  /** Closing what is closed changes nothing. */
  close(): Promise<void>;
}

export type EngineChoice = 'auto' | 'webgpu' | 'wasm';
export type TransportChoice = 'auto' | 'datachannel' | 'werift';

export interface JoinOptions {
  /** One room's coordinators. */
  readonly urls: readonly URL[];
  readonly engine: EngineChoice;
  /** Of the `wasm` engine; as many as the machine has, unless given. */
  readonly threads?: number | undefined;
  /** Peers that compute on this machine besides, with as many threads each. */
  readonly beside?: number | undefined;
  /** The GPU to compute on, by a part of its name, instead of what `engine` finds. */
  readonly gpu?: string;
  /** Of the device: over 0 and up to 1. */
  readonly share: number;
  /** Bytes that a shard may hold on a GPU; what can be hoped for, unless given. */
  readonly gpuMemory?: number | undefined;
  readonly transport: TransportChoice;
  readonly name: string;
  /** What the peer does now, for people. */
  readonly onStatus: (doing: string) => void;
}

export interface JoinedRoom {
  /** Resolves when the peer has left; rejects with RightsError where the coordinator will not have it. */
  readonly done: Promise<void>;
  /** Hands the shard on and goes. */
  leave(): Promise<void>;
}
