import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Job } from '../core/job/job.js';
import { addressesOf } from '../core/protocol/addresses.js';
import type { ToPeer } from '../core/protocol/messages.js';
import {
  type Ending,
  type Heard,
  type Introduction,
  type Listener,
  Session,
} from '../core/protocol/session.js';
import { connectSocket } from '../peer-node/socket.js';
import type { Conductor, JobStatus, Member, RoomDocument, RunMessage } from './room/conductor.js';
import { RunLog } from './run/run-log.js';
import { type Coordinator, type CoordinatorOptions, startCoordinator } from './server.js';
import type { EvidenceDesk } from './trust/evidence-desk.js';

/** Keeps the roster and writes down what it is told; runs nothing. */
export class RecordingConductor implements Conductor {
  readonly members = new Map<string, Member>();
  readonly said: { readonly from: string; readonly message: RunMessage }[] = [];
  readonly document: RoomDocument;
  readonly log = new RunLog();
  readonly #jobs = new Map<string, JobStatus>();
  closed = false;

  constructor(document: RoomDocument) {
    this.document = document;
  }

  joined(member: Member): void {
    const { id, name, kind, ability } = member;
    this.members.set(id, member);
    this.document.setMember(id, { name, kind, ability, state: 'idle' });
  }

  heard(member: Member, message: RunMessage): void {
    if (message.type === 'failed' && message.reason === 'a defect') throw new TypeError('a defect');
    this.said.push({ from: member.id, message });
  }

  lost({ id }: Member): void {
    this.members.delete(id);
    this.document.setMember(id, undefined);
  }

  submit(id: string, job: Job): void {
    this.#jobs.set(id, { id, name: job.name, state: 'running', result: `here/${id}` });
    this.document.setJob({ id, file: { ...job.file }, state: 'running' });
  }

  stop(id: string): boolean {
    const job = this.#jobs.get(id);
    if (job?.state !== 'running') return false;
    this.#jobs.set(id, { ...job, state: 'stopped' });
    return true;
  }

  jobs(): readonly JobStatus[] {
    return [...this.#jobs.values()];
  }

  credit() {
    return { version: 1 as const, credits: [{ key: 'k1', owner: '::1', cellUpdates: 8 }] };
  }

  probes(): undefined {}

  membersOf(): undefined {}

  links() {
    return [];
  }

  async finished(id: string): Promise<JobStatus> {
    const job = this.#jobs.get(id);
    if (job === undefined) throw new RangeError(id);
    return job;
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

export interface Stage {
  readonly coordinator: Coordinator;
  readonly folder: string;
  /** Of the first room. */
  readonly evidence: EvidenceDesk;
  conductor(room?: string): RecordingConductor;
  close(): Promise<void>;
}

/** A real coordinator at a free port of this machine, with a folder of its own. */
export async function openStage(options: Partial<CoordinatorOptions> = {}): Promise<Stage> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'groundswell-coordinator-')));
  // One that is given is another's, who removes it.
  const remove = () => (options.folder === undefined ? rm(folder, { recursive: true }) : undefined);
  let desk: EvidenceDesk | undefined;
  const coordinator = await startCoordinator({
    host: '127.0.0.1',
    port: 0,
    folder,
    version: '0.0.0',
    makeConductor: ({ document, evidence }) => {
      desk = evidence;
      return new RecordingConductor(document);
    },
    ...options,
  }).catch(async (error) => {
    await remove();
    throw error;
  });
  return {
    coordinator,
    folder,
    get evidence() {
      if (!desk) throw new TypeError('this stage has a conductor of its own');
      return desk;
    },
    conductor: (room = 'main') => coordinator.room(room).conductor as RecordingConductor,
    close: async () => {
      await coordinator.close();
      await remove();
    },
  };
}

export const introduction: Introduction = {
  name: 'a test',
  kind: 'node',
  ability: { engine: 'wasm', device: 'test', rate: 1e6, memory: 1e9 },
};

export interface Guest {
  readonly session: Session;
  readonly heard: Heard[];
  readonly ended: Promise<Ending>;
}

/** What a test does not look at. */
export const unheeded: Listener = {
  changed: () => {},
  heard: () => {},
  relayed: () => {},
  interrupted: () => {},
  ended: () => {},
};

/** A peer as it should be. */
export async function joinAs(name: string, link: string): Promise<Guest> {
  const connect = () => connectSocket(addressesOf(link).socket);
  const session = await Session.join(connect, { ...introduction, name });
  const heard: Heard[] = [];
  const ended = new Promise<Ending>((resolve) => {
    session.listen({ ...unheeded, heard: (message) => heard.push(message), ended: resolve });
  });
  return { session, heard, ended };
}

export interface Rogue {
  readonly socket: WebSocket;
  readonly heard: ToPeer[];
  readonly frames: Uint8Array[];
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
}

/** A connection that may say anything. */
export async function intrude(link: string): Promise<Rogue> {
  const socket = new WebSocket(addressesOf(link).socket);
  const heard: ToPeer[] = [];
  const frames: Uint8Array[] = [];
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) frames.push(new Uint8Array(data));
    else heard.push(JSON.parse(data.toString()));
  });
  socket.on('error', () => {});
  const closed = new Promise<number>((resolve) => {
    socket.on('close', resolve);
  });
  await new Promise((resolve) => {
    socket.once('open', resolve);
  });
  return { socket, heard, frames, closed };
}

/** Waits for something that is on its way. */
export function eventually<T>(look: () => T): Promise<T> {
  return vi.waitFor(look, { timeout: 15_000, interval: 5 });
}
