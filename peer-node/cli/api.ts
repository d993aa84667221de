import { z } from 'zod';
import { JobError, RightsError } from '../../core/errors.js';
import { httpObjects } from '../../core/peer/http-objects.js';
import { persistently } from '../../core/peer/persistently.js';
import { addressesOf, type RoomAddresses } from '../../core/protocol/addresses.js';
import {
  type JobStatus,
  jobStatusSchema,
  type RoomStatus,
  type RunEvents,
  refusalSchema,
  roomStatusSchema,
  runEventsSchema,
  type Submitted,
  submittedSchema,
  uploadAddressesSchema,
} from '../../core/protocol/api.js';
import { md5Of } from '../../core/result/checksums.js';
import { UnreachableError, UsageError } from './exit.js';

export type JobReport = JobStatus;
export type RoomReport = RoomStatus;

const creditSchema = z.object({
  credits: z.array(z.object({ key: z.string(), owner: z.string(), cellUpdates: z.number() })),
});
type CreditReport = z.output<typeof creditSchema>;

export interface InputObject {
  readonly key: string;
  readonly bytes: Uint8Array;
}

/** A coordinator's API, seen from one room. */
export interface RoomApi {
  room(): Promise<RoomReport>;
  /** Verified cell updates, by key and owner. */
  credit(): Promise<CreditReport>;
  job(id: string): Promise<JobReport>;
  /** What happened after the event of number `after`, of job `id` alone where one is given. */
  events(after: number, id?: string): Promise<RunEvents>;
  /** A job that needs no inputs has started by then. */
  submit(file: unknown): Promise<Submitted>;
  /** Puts objects that job `id` starts from into the store. */
  addInputs(id: string, objects: readonly InputObject[]): Promise<void>;
  start(id: string): Promise<void>;
  stop(id: string): Promise<void>;
}

/**
 * Every call throws UnreachableError where nothing answers, RightsError where the token is missing or wrong,
 * JobError where a job file is refused, StoreError where an input can't be stored, and UsageError where there is no such room or job.
 */
export function roomApi(
  { origin, room, invite }: Pick<RoomAddresses, 'origin' | 'room' | 'invite'>,
  token?: string,
): RoomApi {
  const path = `/api/rooms/${encodeURIComponent(room)}`;
  const jobPath = (id: string) => `${path}/jobs/${encodeURIComponent(id)}`;

  // A signed address is all the right it takes; neither token nor invitation go to where it leads.
  const objects = httpObjects(fetch, addressesOf(origin));

  async function call(method: string, url: string, body?: string): Promise<unknown> {
    const headers = {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    };
    const target = new URL(url, origin);
    // The token says more than an invitation; only one of them is looked at.
    if (token === undefined && invite !== undefined) target.searchParams.set('invite', invite);
    const response = await fetch(target, {
      method,
      headers,
      ...(body !== undefined && { body }),
    }).catch((error: unknown) => {
      throw new UnreachableError(
        `no coordinator answers at ${origin} (${causeOf(error)}); check the address, or start one with groundswell serve`,
      );
    });
    const answer: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw refusal(response.status, answer, origin);
    return answer;
  }

  const read = async <T>(schema: z.ZodType<T>, answer: Promise<unknown>): Promise<T> => {
    const parsed = schema.safeParse(await answer);
    if (parsed.success) return parsed.data;
    throw new UnreachableError(
      `what answers at ${origin} is no coordinator of this version; check the address`,
    );
  };

  return {
    room: () => read(roomStatusSchema, call('GET', path)),
    events: (after, id) => {
      const query = new URLSearchParams({ after: String(after), ...(id !== undefined && { job: id }) });
      return read(runEventsSchema, call('GET', `${path}/events?${query}`));
    },
    credit: () => read(creditSchema, call('GET', `${path}/credit`)),
    job: (id) => read(jobStatusSchema, call('GET', jobPath(id))),
    submit: (file) => read(submittedSchema, call('POST', `${path}/jobs`, JSON.stringify({ file }))),
    async addInputs(id, inputs) {
      const wanted = inputs.map(({ key, bytes }) => ({ key, bytes: bytes.byteLength }));
      const asked = call('POST', `${jobPath(id)}/inputs`, JSON.stringify({ objects: wanted }));
      const addresses = new Map(
        (await read(uploadAddressesSchema, asked)).objects.map(({ key, url }) => [key, url]),
      );
      await Promise.all(
        inputs.map(({ key, bytes }) =>
          persistently(() => objects.put(addresses.get(key) ?? key, bytes, { md5: md5Of(bytes) })),
        ),
      );
    },
    async start(id) {
      await call('POST', `${jobPath(id)}/start`);
    },
    async stop(id) {
      await call('POST', `${jobPath(id)}/stop`);
    },
  };
}

function refusal(status: number, answer: unknown, origin: string): Error {
  const refused = refusalSchema.safeParse(answer).data?.error;
  if (refused === undefined) {
    return new UnreachableError(
      `no coordinator answers at ${origin} (status ${status}); check the address, or start one with groundswell serve`,
    );
  }
  const { message: said, faults } = refused;
  if (faults) return new JobError(faults);
  switch (status) {
    case 401:
    case 403:
      return new RightsError(
        `${said} (--token or GROUNDSWELL_TOKEN give the token, --data finds it in the coordinator’s folder; a whole invitation link gives the right to join)`,
      );
    case 404:
      return new UsageError(`not found: ${said}; groundswell status lists the jobs of a room`);
    case 503:
      return new UnreachableError(said);
    default:
      return status < 500
        ? new UsageError(`the coordinator refuses: ${said}`)
        : new UnreachableError(`the coordinator failed: ${said}; try again, and look at its log`);
  }
}

/** fetch says only "fetch failed"; the reason is one level down. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}
