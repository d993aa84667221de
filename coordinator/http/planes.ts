import { Router } from 'express';
import type { z } from 'zod';
import type { Job, Output } from '../../core/job/job.js';
import { placesOf } from '../../core/job/states.js';
import { memberOfId } from '../../core/protocol/member-id.js';
import { sliceBody } from '../../core/watch/messages.js';
import { fitsSlice, writeSlice } from '../../core/watch/slice.js';
import { partIn } from '../../core/watch/view.js';
import type { JobDesk } from '../jobs.js';
import { storedCount } from '../results/stored-count.js';
import { readStoredPlane } from '../results/stored-planes.js';
import type { Rooms } from '../rooms.js';
import type { Store } from '../store/store.js';
import { Refusal } from './refusal.js';
import { planeQuery } from './requests.js';

export interface PlaneOptions {
  readonly rooms: Rooms;
  readonly jobs: JobDesk;
  readonly store: Store;
}

/**
 * What viewers read of stored snapshots: `snapshots`, which there are, and `plane`, one of them as the body of a slice. Whoever asks
 * has been found to take part in the room.
 */
export function planeRoutes({ rooms, jobs, store }: PlaneOptions): Router {
  const router = Router();

  router.get('/api/rooms/:room/jobs/:id/snapshots', async (request, response) => {
    const room = rooms.existing(request.params.room);
    const { id } = request.params;
    const job = await jobs.job(room, id);
    // How far a member is, its run tells nobody: what is stored of it shows.
    const status = memberOfId(id) ? undefined : await jobs.status(room, id);
    const countOf = (output: Output): number | Promise<number> => {
      if (status?.state === 'done') return output.steps.length;
      const due = status?.state === 'running' ? status.progress?.step : undefined;
      return due === undefined
        ? storedCount(store, id, output)
        : output.steps.filter((step) => step <= due).length;
    };
    response.json(snapshotsOf(job, await Promise.all(job.outputs.map(countOf))));
  });

  router.get('/api/rooms/:room/jobs/:id/plane', async (request, response) => {
    const { id, room } = request.params;
    const job = await jobs.job(rooms.existing(room), id);
    const wanted = planeQuery.safeParse(request.query);
    if (!wanted.success) {
      const [issue] = wanted.error.issues;
      throw new Refusal(400, 'request', `${issue?.path.join('.')}: ${issue?.message}`);
    }
    const { snapshot, state, ...plane } = wanted.data;
    const output = outputOf(job, wanted.data);
    const part = partIn(plane, job.grid.shape, output.box);
    if (!part) throw new Refusal(404, 'no-such-plane', `${output.name} holds nothing of that plane`);
    if (!fitsSlice(part.samples, plane))
      throw new Refusal(400, 'large', 'stride: too many samples; take a larger one');
    const slice = await readStoredPlane(store, { job: id, output, state, snapshot, plane, part });
    if (!slice) throw new Refusal(404, 'not-stored', `nothing of ${output.name} is stored yet`);
    const body = sliceBody(await writeSlice(slice, { plan: 0, view: 0 }));
    response.set({ 'Content-Type': 'application/octet-stream', 'Cache-Control': 'no-store' });
    response.send(Buffer.from(body.buffer));
  });
  return router;
}

/** @throws Refusal 404 */
function outputOf(job: Job, { output: name, state, snapshot }: z.output<typeof planeQuery>): Output {
  const output = job.outputs.find((candidate) => candidate.name === name);
  if (!output?.states.includes(state)) {
    throw new Refusal(404, 'no-such-output', `the job has no output ${name} of ${state}`);
  }
  if (snapshot < output.steps.length) return output;
  throw new Refusal(404, 'no-such-snapshot', `${name} has ${output.steps.length} snapshots, from 0`);
}

/** What can be looked at. `counts`: of each output's snapshots that there are so far, the first ones. */
function snapshotsOf(job: Job, counts: readonly number[]) {
  const outputs = job.outputs.map(({ name, states, box, steps }, i) => ({
    output: name,
    states,
    box,
    steps: steps.slice(0, counts[i]),
  }));
  return {
    name: job.name,
    shape: job.grid.shape,
    dimensions: job.grid.dimensions,
    steps: job.steps,
    dt: job.dt,
    units: job.units,
    states: [...placesOf(job.components, job.model.model.fields)].map(([name, { field }]) => ({
      name,
      kind: field.kind,
    })),
    outputs,
  };
}
