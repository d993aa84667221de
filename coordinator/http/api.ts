import express, { Router } from 'express';
import { z } from 'zod';
import { jobJsonSchema } from '../../core/job/json-schema.js';
import {
  MAX_CONTROL_BYTES,
  MAX_JOB_BYTES,
  MAX_KEY_LENGTH,
  PROTOCOL_VERSION,
} from '../../core/protocol/limits.js';
import type { JobDesk } from '../jobs.js';
import type { Rights } from '../rights.js';
import type { Room } from '../room/room.js';
import type { Rooms } from '../rooms.js';
import { type PlaneOptions, planeRoutes } from './planes.js';
import { Refusal } from './refusal.js';

export interface ApiOptions extends PlaneOptions {
  readonly version: string;
  readonly rooms: Rooms;
  readonly rights: Rights;
  readonly jobs: JobDesk;
}

const submission = z.strictObject({ file: z.unknown() });
const inputs = z.strictObject({
  objects: z
    .array(z.strictObject({ key: z.string().max(MAX_KEY_LENGTH), bytes: z.number().int().min(0) }))
    .min(1)
    .max(256),
});

/** The routes under `/api`, and the job file's schema. */
export function apiRoutes({ version, rooms, rights, jobs, store }: ApiOptions): Router {
  const router = Router();
  const json = (limit: number) => express.json({ limit, type: () => true });

  router.get('/schema/job.json', (_request, response) => {
    response.type('application/schema+json').send(jobJsonSchema());
  });
  router.get('/api/version', (_request, response) => {
    response.json({ version, protocol: PROTOCOL_VERSION });
  });

  // Asked before any body is read.
  router.use('/api/rooms/:room', (request, _response, next) => {
    if (request.method === 'GET' || request.method === 'HEAD')
      rights.requirePart(request, request.params.room);
    else rights.requireToken(request);
    next();
  });

  router.get('/api/rooms/:room', (request, response) => {
    response.json(statusOf(rooms.existing(request.params.room)));
  });
  // The file is sent inside an object, and may be indented.
  router.post('/api/rooms/:room/jobs', json(2 * MAX_JOB_BYTES), async (request, response) => {
    const { file } = read(submission, request.body);
    response.status(201).json(await jobs.submit(rooms.open(request.params.room), file));
  });
  router.get('/api/rooms/:room/jobs/:id', async (request, response) => {
    response.json(await jobs.status(rooms.existing(request.params.room), request.params.id));
  });
  router.post('/api/rooms/:room/jobs/:id/inputs', json(MAX_CONTROL_BYTES), async (request, response) => {
    const { objects } = read(inputs, request.body);
    const room = rooms.open(request.params.room);
    response.json({ objects: await jobs.inputAddresses(room, request.params.id, objects) });
  });
  router.post('/api/rooms/:room/jobs/:id/start', async (request, response) => {
    const room = rooms.open(request.params.room);
    await jobs.start(room, request.params.id);
    response.status(202).json(await jobs.status(room, request.params.id));
  });
  router.post('/api/rooms/:room/jobs/:id/stop', async (request, response) => {
    const room = rooms.open(request.params.room);
    await jobs.stop(room, request.params.id);
    response.status(202).json(await jobs.status(room, request.params.id));
  });
  router.use(planeRoutes({ rooms, jobs, store }));
  return router;
}

function statusOf(room: Room) {
  const peers = [...room.document.roster()].map(([id, entry]) => ({ id, ...entry }));
  const jobs = room.conductor.jobs();
  const progress = jobs.find(({ state }) => state === 'running')?.progress;
  return { room: room.name, peers, watchers: room.watchers, jobs, ...(progress && { progress }) };
}

function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Refusal(400, 'request', `${['body', ...(issue?.path ?? [])].join('.')}: ${issue?.message}`);
}
