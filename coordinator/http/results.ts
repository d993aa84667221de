import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Response, Router } from 'express';
import type { Outline } from '../../core/protocol/api.js';
import { exportResult, valuesIn } from '../export/export.js';
import { EXTENSIONS } from '../export/format.js';
import type { StoredResult } from '../export/stored-result.js';
import type { JobDesk } from '../jobs.js';
import type { Rooms } from '../rooms.js';
import { MAX_EXPORT_VALUES } from './limits.js';
import { read } from './read.js';
import { Refusal } from './refusal.js';
import { exportQuery, samplesQuery } from './requests.js';

export interface ResultOptions {
  readonly rooms: Rooms;
  readonly jobs: JobDesk;
}

const TYPES = {
  netcdf: 'application/x-netcdf',
  npy: 'application/octet-stream',
  png: 'image/png',
  mp4: 'video/mp4',
} as const;

const FRAMES_PER_SECOND = 25;

/** What a job has recorded so far, and files made of it. Whoever may watch the room may read it. */
export function resultRoutes({ rooms, jobs }: ResultOptions): Router {
  const router = Router();
  let exporting = false;

  router.get('/api/rooms/:room/jobs/:id/probes', async (request, response) => {
    response.json(await jobs.probes(rooms.existing(request.params.room), request.params.id));
  });
  router.get('/api/rooms/:room/jobs/:id/probes/:probe', async (request, response) => {
    const { room, id, probe } = request.params;
    response.json(
      await jobs.samples(rooms.existing(room), id, probe, read(samplesQuery, request.query, 'query')),
    );
  });
  router.get('/api/rooms/:room/jobs/:id/result', async (request, response) => {
    response.json(outlineOf(await jobs.result(rooms.existing(request.params.room), request.params.id)));
  });
  router.get('/api/rooms/:room/jobs/:id/export', async (request, response) => {
    const { room, id } = request.params;
    const { format, what, member, snapshot } = read(exportQuery, request.query, 'query');
    const result = await jobs.result(rooms.existing(room), id);
    const asked = {
      format,
      framesPerSecond: FRAMES_PER_SECOND,
      ...(what !== undefined && { what }),
      ...(member !== undefined && { member }),
      ...(snapshot !== undefined && { snapshot }),
    };
    const values = valuesIn(result, asked);
    if (values > MAX_EXPORT_VALUES) {
      throw new Refusal(
        413,
        'too-large',
        `${values} values are more than a download holds (${MAX_EXPORT_VALUES}); name one output, or run groundswell export ${id} beside the store`,
      );
    }
    // Making one takes memory and the processor from the rooms.
    if (exporting) throw new Refusal(429, 'busy', 'another download is being made; try again in a moment');
    exporting = true;
    const file = join(tmpdir(), `groundswell-${randomUUID()}`);
    try {
      await exportResult(result, { ...asked, file }, endOf(response));
      const name = [id, ...(what?.split('/') ?? []), ...(member === undefined ? [] : [member])].join('-');
      response.attachment(`${name}.${EXTENSIONS[format]}`).type(TYPES[format]);
      await sent(response, file);
    } catch (error) {
      // Nobody waits for it any more.
      if (!response.closed) throw error;
    } finally {
      exporting = false;
      await rm(file, { force: true });
    }
  });
  return router;
}

function outlineOf({ attributes, groups }: StoredResult): Outline {
  return {
    state: attributes.state === 'complete' ? 'complete' : 'running',
    arrays: groups.flatMap(({ states }) =>
      states.map(({ path, shape, dimensions }) => ({ path, shape: [...shape], dimensions: [...dimensions] })),
    ),
  };
}

/** Aborts when whoever asked has gone. */
function endOf(response: Response): AbortSignal {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  return gone.signal;
}

/** Resolves when the file is with whoever asked, or they have gone. */
function sent(response: Response, file: string): Promise<void> {
  return new Promise((resolve) => {
    // Whoever runs the coordinator may keep its temporary files in a hidden folder.
    response.sendFile(file, { headers: { 'Cache-Control': 'no-store' }, dotfiles: 'allow' }, () => resolve());
  });
}
