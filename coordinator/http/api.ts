import express, { Router } from 'express';
import { jobJsonSchema } from '../../core/job/json-schema.js';
import { MAX_CONTROL_BYTES, MAX_JOB_BYTES, PROTOCOL_VERSION } from '../../core/protocol/limits.js';
import type { ExportedLedger } from '../../core/trust/reputation/ledger.js';
import type { JobDesk } from '../jobs.js';
import type { Rights, Role } from '../rights.js';
import type { Room } from '../room/room.js';
import type { Rooms } from '../rooms.js';
import { describeApi } from './description.js';
import { read } from './read.js';
import { creditQuery, eventsQuery, inputsSchema, submissionSchema } from './requests.js';

export interface ApiOptions {
  readonly version: string;
  readonly rooms: Rooms;
  readonly rights: Rights;
  readonly jobs: JobDesk;
  /** A link to the room that lets whoever has it do what the role does. */
  readonly linkTo: (room: string, role: Role) => string;
}

/** The routes under `/api`, and the job file's schema. */
export function apiRoutes({ version, rooms, rights, jobs, linkTo }: ApiOptions): Router {
  const router = Router();
  const json = (limit: number) => express.json({ limit, type: () => true });

  router.get('/schema/job.json', (_request, response) => {
    response.type('application/schema+json').send(jobJsonSchema());
  });
  router.get('/api/version', (_request, response) => {
    response.json({ version, protocol: PROTOCOL_VERSION });
  });
  router.get('/api/openapi.json', (_request, response) => {
    response.json(describeApi(version));
  });

  // Asked before any body is read.
  router.use('/api/rooms/:room', (request, _response, next) => {
    if (request.method === 'GET' || request.method === 'HEAD')
      rights.requirePart(request, request.params.room);
    else rights.requireRun(request, request.params.room);
    next();
  });

  router.get('/api/rooms/:room', (request, response) => {
    const { room } = request.params;
    response.json({ role: rights.roleIn(request, room), ...statusOf(rooms.existing(room)) });
  });
  router.get('/api/rooms/:room/events', (request, response) => {
    const { conductor } = rooms.existing(request.params.room);
    response.json(conductor.log.read(read(eventsQuery, request.query, 'query')));
  });
  router.get('/api/rooms/:room/invitations', (request, response) => {
    const { room } = request.params;
    rights.requireRun(request, room);
    response.json({
      watch: linkTo(room, 'watch'),
      contribute: linkTo(room, 'contribute'),
      run: linkTo(room, 'run'),
    });
  });
  router.get('/api/rooms/:room/credit', (request, response) => {
    const credit = rooms.existing(request.params.room).conductor.credit();
    if (read(creditQuery, request.query, 'query').format === 'json') return void response.json(credit);
    response.type('text/csv').send(creditTable(credit));
  });
  // The file is sent inside an object, and may be indented.
  router.post('/api/rooms/:room/jobs', json(2 * MAX_JOB_BYTES), async (request, response) => {
    const { file } = read(submissionSchema, request.body, 'body');
    response.status(201).json(await jobs.submit(rooms.open(request.params.room), file));
  });
  router.get('/api/rooms/:room/jobs/:id', async (request, response) => {
    response.json(await jobs.status(rooms.existing(request.params.room), request.params.id));
  });
  router.get('/api/rooms/:room/jobs/:id/members', async (request, response) => {
    response.json(await jobs.members(rooms.existing(request.params.room), request.params.id));
  });
  router.get('/api/rooms/:room/jobs/:id/links', (request, response) => {
    const { conductor } = rooms.existing(request.params.room);
    response.json({ links: conductor.links(request.params.id) });
  });
  router.post('/api/rooms/:room/jobs/:id/inputs', json(MAX_CONTROL_BYTES), async (request, response) => {
    const { objects } = read(inputsSchema, request.body, 'body');
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
  return router;
}

function statusOf(room: Room) {
  const peers = [...room.document.roster()].map(([id, entry]) => {
    const roundTrip = room.roundTrip(id);
    return { id, ...entry, ...(roundTrip !== undefined && { roundTrip }) };
  });
  const jobs = room.conductor.jobs();
  const progress = jobs.find(({ state }) => state === 'running')?.progress;
  return { room: room.name, peers, watchers: room.watchers, jobs, ...(progress && { progress }) };
}

/** RFC 4180; keys and network addresses need no quotes. */
function creditTable({ credits }: ExportedLedger): string {
  const rows = credits.map(({ key, owner, cellUpdates }) => `${key},${owner},${cellUpdates}`);
  return `${['key,owner,cell_updates', ...rows].join('\r\n')}\r\n`;
}
