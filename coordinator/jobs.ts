import { z } from 'zod';
import { StoreError } from '../core/errors.js';
import { boxOfShape } from '../core/grid/box.js';
import { bricksOf } from '../core/grid/bricks.js';
import { checkJob } from '../core/job/check.js';
import type { Job } from '../core/job/job.js';
import { isSweep, memberOf, numberOf, placesOf, readSweep } from '../core/job/sweep.js';
import {
  checkWholeSweep,
  inputSetsOf,
  inputsIdOf,
  isWholeSweep,
  type JobOrSweep,
  type WholeSweep,
} from '../core/job/whole-sweep.js';
import type { ProbeList, Samples, SweepMembers } from '../core/protocol/api.js';
import {
  inputBrickKey,
  inputPrefix,
  jobEndKey,
  jobRecordKey,
  mediumBrickKey,
  resultKey,
  sourceSeriesKey,
} from '../core/protocol/keys.js';
import { memberId, memberOfId } from '../core/protocol/member-id.js';
import { jobId } from '../core/protocol/plan.js';
import { openResult, type StoredResult } from './export/stored-result.js';
import { Refusal } from './http/refusal.js';
import { readJobEnd } from './job-end.js';
import { freshName } from './names.js';
import { envelopeOf } from './results/envelope.js';
import { ProbeSeries } from './results/probe-series.js';
import type { JobStatus } from './room/conductor.js';
import type { Room } from './room/room.js';
import type { Store } from './store/store.js';
import { readMembersOver } from './sweep/done-record.js';
import { membersTold } from './sweep/members-now.js';

const recordSchema = z.strictObject({
  room: z.string(),
  submitted: z.iso.datetime(),
  file: z.record(z.string(), z.unknown()),
});
type JobRecord = z.infer<typeof recordSchema>;

/** A job that was started and has not ended. */
interface Open extends Pick<JobRecord, 'room' | 'submitted'> {
  readonly id: string;
  readonly job: JobOrSweep;
}

export interface Submitted {
  readonly id: string;
  /** Keys of the objects that the job starts from; it is started once they are in the store. */
  readonly needs: readonly string[];
  readonly started: boolean;
}

const ID_SUFFIX_LENGTH = 12;

/** A coordinator that takes over is waited for, and a store may hold the ends of a thousand jobs. */
const LOOKS_AT_ONCE = 16;

/** Takes jobs in, and hands them to their room's conductor once what they start from is in the store. */
export class JobDesk {
  readonly #store: Store;
  readonly #rooms = new Map<string, string>();

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Checks a job file, as parsed JSON, of one job or of a sweep, and keeps it. It starts at once where it needs no inputs.
   * @throws JobError
   */
  async submit(room: Room, file: unknown): Promise<Submitted> {
    const job = await checked(file);
    const id = `${job.name}-${freshName(ID_SUFFIX_LENGTH)}`;
    const record: JobRecord = { room: room.name, submitted: new Date().toISOString(), file: { ...job.file } };
    await this.#store.put(jobRecordKey(id), new TextEncoder().encode(JSON.stringify(record)));
    this.#rooms.set(id, room.name);
    const needs = inputsOf(id, job);
    if (needs.length === 0) room.conductor.submit(id, job);
    return { id, needs, started: needs.length === 0 };
  }

  /** Addresses to put inputs of a job to. @throws Refusal where the job does not need one of `objects`. */
  async inputAddresses(room: Room, id: string, objects: readonly { key: string; bytes: number }[]) {
    const needs = new Set(inputsOf(id, await this.#jobIn(room, id)));
    for (const { key } of objects) {
      if (!needs.has(key)) throw new Refusal(400, 'input', `job ${id} does not start from ${key}`);
    }
    return Promise.all(
      objects.map(async ({ key, bytes }) => ({ key, url: await this.#store.uploadAddress(key, bytes) })),
    );
  }

  /**
   * Starts a job, or goes on with one that was stopped or failed.
   * @throws Refusal 404, or 409 where inputs are missing, or it waits, runs or is done.
   */
  async start(room: Room, id: string): Promise<void> {
    const job = await this.#jobIn(room, id);
    const missing = await this.#missing(id, job);
    if (missing.length > 0) {
      throw new Refusal(409, 'inputs', `${missing.length} inputs are missing; the first is ${missing[0]}`);
    }
    const status = started(room, id);
    if (status?.state === 'waiting' || status?.state === 'running') {
      throw new Refusal(409, 'started', `job ${id} is ${status.state} already`);
    }
    if ((status ?? (await readJobEnd(this.#store, id)))?.state === 'done') {
      throw new Refusal(409, 'done', `job ${id} is done`);
    }
    await this.#store.remove(jobEndKey(id));
    room.conductor.submit(id, job);
  }

  /**
   * Goes on with every job that a coordinator before this one had started and not ended, in the order they came. One
   * that cannot be read, or is no job to this version, keeps none of the others; `onUnreadable` is told of it.
   * @throws StoreError where the store fails.
   */
  async resume(
    openRoom: (name: string) => Room,
    onUnreadable: (id: string, error: unknown) => void,
  ): Promise<void> {
    const ids: string[] = [];
    for await (const id of this.#store.folders('jobs/')) ids.push(id);
    const open: Open[] = [];
    const look = async () => {
      for (let id = ids.pop(); id !== undefined; id = ids.pop()) {
        try {
          const found = await this.#open(id);
          if (found) open.push(found);
        } catch (error) {
          if (error instanceof StoreError) throw error;
          onUnreadable(id, error);
        }
      }
    };
    await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, look));
    for (const { id, room, job } of open.sort((a, b) => (a.submitted < b.submitted ? -1 : 1))) {
      openRoom(room).conductor.submit(id, job);
    }
  }

  /** Undefined where it has ended, or waits for its inputs. */
  async #open(id: string): Promise<Open | undefined> {
    if (await readJobEnd(this.#store, id)) return undefined;
    const record = await this.#record(id);
    if (!record) return undefined;
    const { room, submitted, file } = record;
    const job = await checked(file);
    return (await this.#missing(id, job)).length === 0 ? { id, room, submitted, job } : undefined;
  }

  /** @throws Refusal 404, or 409 where it has ended. */
  async stop(room: Room, id: string): Promise<void> {
    if (room.conductor.stop(id)) return;
    const { state } = await this.status(room, id);
    throw new Refusal(409, 'not-running', `job ${id} does not run; it is ${state}`);
  }

  /** @throws Refusal 404 */
  async status(room: Room, id: string): Promise<JobStatus> {
    const status = started(room, id);
    if (status) return status;
    const job = await this.#jobIn(room, id);
    const result = `${this.#store.location}/${resultKey(id)}`;
    const end = await readJobEnd(this.#store, id);
    if (end) {
      const { state, reason } = end;
      return { id, name: job.name, state, ...(reason !== undefined && { reason }), result };
    }
    const missing = await this.#missing(id, job);
    return {
      id,
      name: job.name,
      state: 'waiting',
      reason: missing.length > 0 ? `${missing.length} inputs are missing` : 'it has not been started',
      result,
    };
  }

  /** What the probes of a job are; those of a sweep's members are in its result alone. @throws Refusal 404 */
  async probes(room: Room, id: string): Promise<ProbeList> {
    const work = await this.#jobIn(room, id);
    const { steps, dt, units } = isWholeSweep(work) ? work.first : work;
    const probes = isWholeSweep(work) ? [] : work.probes;
    return {
      steps,
      dt,
      unit: units.time,
      probes: probes.map(({ name, cell, states }) => ({ name, cell: [...cell], states: [...states] })),
    };
  }

  /**
   * What a probe recorded in `count` steps from step `from` (1 or later) on, each `every` of them as their extremes.
   * @throws Refusal 404 where there is no such job or probe.
   */
  async samples(
    room: Room,
    id: string,
    probe: string,
    { from, count, every }: { readonly from: number; readonly count: number; readonly every: number },
  ): Promise<Samples> {
    const job = await this.#jobIn(room, id);
    const probes = isWholeSweep(job) ? [] : job.probes;
    const index = probes.findIndex(({ name }) => name === probe);
    const found = probes[index];
    if (!found || isWholeSweep(job))
      throw new Refusal(404, 'no-such-probe', `job ${id} has no probe ${probe} at a single cell`);
    const stored = new ProbeSeries(this.#store, id, job);
    const read = room.conductor.probes(id) ?? ((...asked) => stored.read(...asked));
    const states = await Promise.all(
      found.states.map(async (state, column) => ({
        state,
        ...envelopeOf(await read(index, column, from, count), every),
      })),
    );
    return { from, every, states };
  }

  /** A job's result as far as it is stored. @throws Refusal 404 */
  async result(room: Room, id: string): Promise<StoredResult> {
    await this.#recordIn(room, id);
    const prefix = `${resultKey(id)}/`;
    if (!(await this.#store.get(`${prefix}zarr.json`))) {
      throw new Refusal(404, 'no-result', `job ${id} has no result yet; it has once it begins to run`);
    }
    return openResult({
      location: `job ${id}`,
      get: (key, range) => this.#store.get(prefix + key, range),
    });
  }

  /** The room a job was submitted to. */
  async roomOf(id: string): Promise<string | undefined> {
    const known = this.#rooms.get(id);
    if (known !== undefined) return known;
    const room = (await this.#record(id))?.room;
    if (room !== undefined) this.#rooms.set(id, room);
    return room;
  }

  /** A job, or a member of a sweep: what has a field of its own to look at. @throws Refusal 404 */
  async job(room: Room, id: string): Promise<Job> {
    const member = memberOfId(id);
    const { file } = await this.#recordIn(room, member?.sweep ?? id);
    if (!isSweep(file)) {
      if (member) throw new Refusal(404, 'no-sweep', `job ${member.sweep} is no sweep, and has no members`);
      return checkJob(file);
    }
    const sweep = readSweep(file);
    const number = numberOf(sweep, member?.places ?? []);
    if (number !== undefined) return checkJob(memberOf(sweep, file, number).file);
    const first = memberId(member?.sweep ?? id, placesOf(sweep, 0));
    throw new Refusal(
      404,
      'sweep',
      `${id} has no plane of its own to be seen; its members have, as ${first}`,
    );
  }

  /** What has become of each member of a sweep. @throws Refusal 404 */
  async members(room: Room, id: string): Promise<SweepMembers> {
    const { file } = await this.#recordIn(room, id);
    if (!isSweep(file)) throw new Refusal(404, 'no-sweep', `job ${id} is no sweep, and has no members`);
    const now = room.conductor.membersOf(id) ?? {
      ...(await readMembersOver(this.#store, id)),
      holders: new Map(),
    };
    return membersTold(readSweep(file), now);
  }

  async #jobIn(room: Room, id: string): Promise<JobOrSweep> {
    return checked((await this.#recordIn(room, id)).file);
  }

  async #recordIn(room: Room, id: string): Promise<JobRecord> {
    const record = await this.#record(id);
    if (record?.room === room.name) return record;
    throw new Refusal(404, 'no-such-job', `room ${room.name} has no job ${id}`);
  }

  async #record(id: string): Promise<JobRecord | undefined> {
    if (!jobId.safeParse(id).success) return undefined;
    const bytes = await this.#store.get(jobRecordKey(id));
    return bytes && recordSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  }

  async #missing(id: string, job: JobOrSweep): Promise<readonly string[]> {
    const missing = new Set(inputsOf(id, job));
    if (missing.size > 0) {
      for await (const key of this.#store.list(inputPrefix(id))) missing.delete(key);
    }
    return [...missing];
  }
}

const started = (room: Room, id: string) => room.conductor.jobs().find((job) => job.id === id);

/** Throws JobError. */
async function checked(file: unknown): Promise<JobOrSweep> {
  return isSweep(file) ? checkWholeSweep(file) : checkJob(file);
}

/** Keys of the bricks of every array that a job or a sweep's members start from, and of the series of its sources. */
function inputsOf(id: string, work: JobOrSweep): string[] {
  return isWholeSweep(work) ? inputsOfSweep(id, work) : inputsOfJob(id, work);
}

function inputsOfSweep(id: string, sweep: WholeSweep): string[] {
  // Thousands of members need not be checked once more where none can have any.
  if (!NAMES_A_FILE.test(JSON.stringify(sweep.file))) return [];
  return inputSetsOf(sweep, id).flatMap((index) => {
    const { places, file } = memberOf(sweep, sweep.file, index);
    return inputsOfJob(inputsIdOf(id, sweep, places), checkJob(file));
  });
}

/** What a member starts from stands under one of these. */
const NAMES_A_FILE = /"(array|file)":/;

function inputsOfJob(id: string, { grid, initial, media, sources }: Job): string[] {
  const bricks = bricksOf(grid, boxOfShape(grid.shape));
  const states = [...initial].flatMap(([state, from]) =>
    from.kind === 'array'
      ? from.levels.flatMap((level) => bricks.map((brick) => inputBrickKey(id, state, level, brick)))
      : [],
  );
  const arrays = [...media].filter(([, medium]) => medium.kind === 'array');
  return [
    ...states,
    ...arrays.flatMap(([name]) => bricks.map((brick) => mediumBrickKey(id, name, brick))),
    ...sources.filter(({ feed }) => feed.kind === 'file').map(({ name }) => sourceSeriesKey(id, name)),
  ];
}
