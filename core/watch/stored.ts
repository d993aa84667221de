import { decodeUtf8 } from 'lib0/string';
import { z } from 'zod';
import { StoreUnavailableError } from '../errors.js';
import { AXIS_NAMES, type Axis } from '../grid/box.js';
import type { Fetch } from '../peer/http-objects.js';
import type { RoomAddresses } from '../protocol/addresses.js';
import { type SweepMembers, sweepMembersSchema } from '../protocol/api.js';
import { OBJECT_TIMEOUT_MS } from '../protocol/limits.js';
import { readSliceBody, type SliceMessage } from './messages.js';
import type { View } from './view.js';

const triple = z.tuple([z.number(), z.number(), z.number()]).readonly();

/** What the coordinator says of a job that can be looked at; fields that are not known here are let be. */
export const snapshotsSchema = z.object({
  name: z.string(),
  shape: triple,
  dimensions: z.union([z.literal(2), z.literal(3)]),
  steps: z.number(),
  dt: z.number(),
  units: z.object({ time: z.string(), amplitude: z.string() }),
  states: z.array(z.object({ name: z.string(), kind: z.enum(['wave', 'tracker']) })),
  outputs: z.array(
    z.object({
      output: z.string(),
      states: z.array(z.string()),
      box: z.object({ lo: triple, hi: triple }),
      /** Of the snapshots that are due so far. */
      steps: z.array(z.number()),
    }),
  ),
});
export type Snapshots = z.infer<typeof snapshotsSchema>;

/** One stored snapshot of one state. */
export interface StoredAt {
  readonly output: string;
  /** Counted from 0. */
  readonly snapshot: number;
  readonly step: number;
}

/** Reads stored snapshots through the coordinator. Every call throws StoreUnavailableError where it does not answer so. */
export interface StoredPlanes {
  snapshots(job: string): Promise<Snapshots>;
  /** What has become of each member of a sweep; `memberId` makes a job of one. */
  members(sweep: string): Promise<SweepMembers>;
  /** The part of the plane that the output holds: all of it, unless the output is itself a plane or a line. */
  plane(job: string, view: View, at: StoredAt): Promise<SliceMessage>;
}

const { AbortSignal } = globalThis as unknown as {
  readonly AbortSignal: { timeout(milliseconds: number): never };
};

export function storedPlanes(fetch: Fetch, addresses: Pick<RoomAddresses, 'api'>): StoredPlanes {
  const get = async (path: string): Promise<ArrayBuffer> => {
    const url = addresses.api(path);
    const response = await fetch(url, {
      method: 'GET',
      signal: AbortSignal.timeout(OBJECT_TIMEOUT_MS),
    }).catch((cause: unknown) => {
      throw new StoreUnavailableError('the coordinator does not answer; it may be on its way back', {
        cause,
      });
    });
    if (!response.ok)
      throw new StoreUnavailableError(`the coordinator has no ${path} (status ${response.status})`);
    return response.arrayBuffer();
  };
  const told = async <T>(schema: z.ZodType<T>, path: string): Promise<T> => {
    const read = schema.safeParse(JSON.parse(decodeUtf8(new Uint8Array(await get(path)))));
    if (read.success) return read.data;
    throw new StoreUnavailableError(
      'the coordinator speaks otherwise than this program; bring both to one version',
    );
  };
  return {
    snapshots: (job) => told(snapshotsSchema, `/jobs/${job}/snapshots`),
    members: (sweep) => told(sweepMembersSchema, `/jobs/${sweep}/members`),
    async plane(job, { state, axis, at, stride }, { output, snapshot }) {
      const query = Object.entries({ output, snapshot, state, axis, at, stride });
      const asked = query.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&');
      return readSliceBody(new Uint8Array(await get(`/jobs/${job}/plane?${asked}`)));
    },
  };
}

/** The snapshots of `state` that hold something of the view's plane, in the order of their steps. */
export function snapshotsFor({ outputs }: Snapshots, { state, axis, at }: View): StoredAt[] {
  const index = AXIS_NAMES.indexOf(axis) as Axis;
  const found = outputs
    .filter(({ states, box }) => states.includes(state) && box.lo[index] <= at && at < box.hi[index])
    .flatMap(({ output, steps }) => steps.map((step, snapshot) => ({ output, snapshot, step })));
  return found.sort((a, b) => a.step - b.step);
}
