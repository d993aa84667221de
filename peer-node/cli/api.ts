import { z } from 'zod';
import { JobError, RightsError } from '../../core/errors.js';
import { progressSchema, roomJobSchema, rosterEntrySchema } from '../../core/protocol/document.js';
import { jobId, peerId } from '../../core/protocol/plan.js';
import { UnreachableError, UsageError } from './exit.js';

// What the command reads of the coordinator's answers; fields it does not know are let be.

const jobStatusSchema = z.object({
  id: jobId,
  name: z.string(),
  state: roomJobSchema.shape.state,
  reason: z.string().optional(),
  progress: progressSchema.optional(),
  result: z.string(),
});
export type JobReport = z.output<typeof jobStatusSchema>;

const roomSchema = z.object({
  roster: z.record(peerId, rosterEntrySchema),
  jobs: z.array(jobStatusSchema),
});
export type RoomReport = z.output<typeof roomSchema>;

const submittedSchema = z.object({
  id: jobId,
  uploads: z.array(z.object({ key: z.string(), url: z.string() })).default([]),
});
export type Submitted = z.output<typeof submittedSchema>;

const faultSchema = z.object({
  error: z.string().optional(),
  faults: z.array(z.object({ field: z.string(), problem: z.string(), fix: z.string() })).optional(),
});

/** A coordinator's API, seen from one room. */
export interface RoomApi {
  room(): Promise<RoomReport>;
  job(id: string): Promise<JobReport>;
  submit(file: unknown): Promise<Submitted>;
  /** `url` as the coordinator gave it, relative to its origin or absolute. */
  upload(url: string, bytes: Uint8Array): Promise<void>;
  start(id: string): Promise<void>;
  stop(id: string): Promise<void>;
}

/**
 * Every call throws UnreachableError where nothing answers, RightsError where the token is missing or wrong,
 * JobError where a job file is refused, and UsageError where there is no such room or job.
 */
export function roomApi(origin: string, room: string, token?: string): RoomApi {
  const path = `/api/rooms/${encodeURIComponent(room)}`;

  async function call(method: string, url: string, body?: string | Uint8Array): Promise<unknown> {
    const headers = {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && {
        'content-type': typeof body === 'string' ? 'application/json' : 'application/octet-stream',
      }),
    };
    const response = await fetch(new URL(url, origin), {
      method,
      headers,
      ...(body !== undefined && { body: body as BodyInit }),
    }).catch((error: unknown) => {
      throw new UnreachableError(
        `no coordinator answers at ${origin} (${causeOf(error)}); check --url, or start one with groundswell serve`,
      );
    });
    const answer: unknown = await response.json().catch(() => undefined);
    if (!response.ok) throw refusal(response.status, answer, `${method} ${url}`);
    return answer;
  }

  const read = async <T>(schema: z.ZodType<T>, answer: Promise<unknown>): Promise<T> => {
    const parsed = schema.safeParse(await answer);
    if (parsed.success) return parsed.data;
    throw new UnreachableError(`what answers at ${origin} is no coordinator of this version; check --url`);
  };

  return {
    room: () => read(roomSchema, call('GET', path)),
    job: (id) => read(jobStatusSchema, call('GET', `${path}/jobs/${encodeURIComponent(id)}`)),
    submit: (file) => read(submittedSchema, call('POST', `${path}/jobs`, JSON.stringify({ file }))),
    async upload(url, bytes) {
      await call('PUT', url, bytes);
    },
    async start(id) {
      await call('POST', `${path}/jobs/${encodeURIComponent(id)}/start`);
    },
    async stop(id) {
      await call('POST', `${path}/jobs/${encodeURIComponent(id)}/stop`);
    },
  };
}

function refusal(status: number, answer: unknown, request: string): Error {
  const { error, faults } = faultSchema.safeParse(answer).data ?? {};
  if (faults) return new JobError(faults);
  const said = error ?? `status ${status}`;
  switch (status) {
    case 401:
    case 403:
      return new RightsError(
        `not allowed: ${said}; give the coordinator's token with --token or GROUNDSWELL_TOKEN`,
      );
    case 404:
      return new UsageError(`not found: ${said}; groundswell status lists the jobs of a room`);
    default:
      return status < 500
        ? new UsageError(`the coordinator refused ${request}: ${said}`)
        : new UnreachableError(
            `the coordinator failed at ${request}: ${said}; try again, and look at its log`,
          );
  }
}

/** fetch says only "fetch failed"; the reason is one level down. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}
