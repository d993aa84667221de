import { z } from 'zod';
import { jobFileSchema } from '../../core/job/schema.js';
import {
  invitationsSchema,
  jobStatusSchema,
  linksSchema,
  outlineSchema,
  probeListSchema,
  refusalSchema,
  roomStatusSchema,
  runEventsSchema,
  samplesSchema,
  submittedSchema,
  sweepMembersSchema,
  uploadAddressesSchema,
} from '../../core/protocol/api.js';
import { ledgerSchema as creditSchema } from '../../core/trust/reputation/ledger.js';
import { snapshotsSchema } from '../../core/watch/stored.js';
import { creditQuery, eventsQuery, exportQuery, inputsSchema, planeQuery, samplesQuery } from './requests.js';

/** What is sent and answered, by the names that the description gives it. */
const answers = {
  JobStatus: jobStatusSchema,
  RoomStatus: roomStatusSchema,
  Credit: creditSchema,
  Submitted: submittedSchema,
  UploadAddresses: uploadAddressesSchema,
  RunEvents: runEventsSchema,
  ProbeList: probeListSchema,
  Samples: samplesSchema,
  Outline: outlineSchema,
  Snapshots: snapshotsSchema,
  SweepMembers: sweepMembersSchema,
  RunLinks: linksSchema,
  Invitations: invitationsSchema,
  Refusal: refusalSchema,
  Version: z.object({ version: z.string(), protocol: z.number().int() }),
  Health: z.object({ ok: z.boolean(), standing: z.enum(['standby', 'active', 'over']) }),
  Ready: z.object({ ok: z.boolean() }),
} as const;
const requests = { JobFile: jobFileSchema, Inputs: inputsSchema } as const;

type AnswerName = keyof typeof answers;

/** Nothing, to watch, or to run: who may ask. */
type Right = 'anybody' | 'watch' | 'run' | 'signature';

interface Operation {
  readonly method: 'get' | 'post' | 'put';
  /** As OpenAPI writes it. */
  readonly path: string;
  readonly summary: string;
  readonly right: Right;
  readonly query?: z.ZodType;
  readonly body?: object;
  readonly status?: number;
  readonly answer: { readonly json: AnswerName } | { readonly media: string } | { readonly nothing: true };
  /** Statuses of refusals, beside those that the right brings. */
  readonly refusals?: readonly number[];
}

const jsonBody = (schema: object) => ({ required: true, content: { 'application/json': { schema } } });
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const ROOM = '/api/rooms/{room}';
const JOB = `${ROOM}/jobs/{id}`;

const OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/healthz',
    summary: 'Whether the process lives, and whether it works or stands by',
    right: 'anybody',
    answer: { json: 'Health' },
  },
  {
    method: 'get',
    path: '/readyz',
    summary: 'Whether it works',
    right: 'anybody',
    answer: { json: 'Ready' },
    refusals: [503],
  },
  {
    method: 'get',
    path: '/api/version',
    summary: 'Version of the program and of the protocol',
    right: 'anybody',
    answer: { json: 'Version' },
  },
  {
    method: 'get',
    path: '/api/openapi.json',
    summary: 'This description',
    right: 'anybody',
    answer: { media: 'application/json' },
  },
  {
    method: 'get',
    path: '/schema/job.json',
    summary: 'JSON Schema of job files',
    right: 'anybody',
    answer: { media: 'application/schema+json' },
  },
  {
    method: 'get',
    path: ROOM,
    summary: 'Who is in a room, and how far its jobs are',
    right: 'watch',
    answer: { json: 'RoomStatus' },
    refusals: [404],
  },
  {
    method: 'get',
    path: `${ROOM}/credit`,
    summary: 'Updates of cells that stood, by key and owner',
    right: 'watch',
    query: creditQuery,
    answer: { json: 'Credit' },
    refusals: [400, 404],
  },
  {
    method: 'get',
    path: `${ROOM}/events`,
    summary: 'What happened in a room lately: plans, peers that came and went, seals, setbacks, ends',
    right: 'watch',
    query: eventsQuery,
    answer: { json: 'RunEvents' },
    refusals: [400, 404],
  },
  {
    method: 'get',
    path: `${ROOM}/invitations`,
    summary: 'Links to share, one for each role',
    right: 'run',
    answer: { json: 'Invitations' },
  },
  {
    method: 'post',
    path: `${ROOM}/jobs`,
    summary: 'Hand a job in; one that starts from no arrays starts at once',
    right: 'run',
    body: jsonBody({
      type: 'object',
      properties: { file: ref('JobFile') },
      required: ['file'],
      additionalProperties: false,
    }),
    status: 201,
    answer: { json: 'Submitted' },
    refusals: [400, 413],
  },
  {
    method: 'get',
    path: JOB,
    summary: 'How far a job is',
    right: 'watch',
    answer: { json: 'JobStatus' },
    refusals: [404],
  },
  {
    method: 'get',
    path: `${JOB}/members`,
    summary:
      'What has become of each member of a sweep; a member’s own id, SWEEP.PLACES, stands for it where planes are asked for',
    right: 'watch',
    answer: { json: 'SweepMembers' },
    refusals: [404],
  },
  {
    method: 'get',
    path: `${JOB}/links`,
    summary: 'Round trip and rate of each link of a run, as its peers have measured them',
    right: 'watch',
    answer: { json: 'RunLinks' },
    refusals: [404],
  },
  {
    method: 'post',
    path: `${JOB}/inputs`,
    summary: 'Signed addresses to put to what a job starts from',
    right: 'run',
    body: jsonBody(ref('Inputs')),
    answer: { json: 'UploadAddresses' },
    refusals: [400, 404],
  },
  {
    method: 'post',
    path: `${JOB}/start`,
    summary: 'Start a job whose inputs are there, or go on with one that was stopped or failed',
    right: 'run',
    status: 202,
    answer: { json: 'JobStatus' },
    refusals: [404, 409],
  },
  {
    method: 'post',
    path: `${JOB}/stop`,
    summary: 'Stop a job that waits or runs',
    right: 'run',
    status: 202,
    answer: { json: 'JobStatus' },
    refusals: [404, 409],
  },
  {
    method: 'get',
    path: `${JOB}/probes`,
    summary: 'The probes of a job that record single cells',
    right: 'watch',
    answer: { json: 'ProbeList' },
    refusals: [404],
  },
  {
    method: 'get',
    path: `${JOB}/probes/{probe}`,
    summary: 'What a probe has recorded so far, as the extremes of every so many steps',
    right: 'watch',
    query: samplesQuery,
    answer: { json: 'Samples' },
    refusals: [400, 404],
  },
  {
    method: 'get',
    path: `${JOB}/result`,
    summary: 'The arrays of a result, complete or not',
    right: 'watch',
    answer: { json: 'Outline' },
    refusals: [400, 404],
  },
  {
    method: 'get',
    path: `${JOB}/snapshots`,
    summary:
      'What can be looked at of a job: its grid, its states, and which snapshots are stored or due so far',
    right: 'watch',
    answer: { json: 'Snapshots' },
    refusals: [404],
  },
  {
    method: 'get',
    path: `${JOB}/plane`,
    summary: 'A plane of a stored snapshot, quantised, as the body of a slice between peers',
    right: 'watch',
    query: planeQuery,
    answer: { media: 'application/octet-stream' },
    refusals: [400, 404],
  },
  {
    method: 'get',
    path: `${JOB}/export`,
    summary: 'A result or a part of it as one file; what is not stored yet is NaN',
    right: 'watch',
    query: exportQuery,
    answer: { media: 'application/octet-stream' },
    refusals: [400, 404, 413, 429],
  },
  {
    method: 'get',
    path: '/store/{key}',
    summary: 'An object of the store, for whoever may watch its job’s room',
    right: 'watch',
    answer: { media: 'application/octet-stream' },
    refusals: [400, 404],
  },
  {
    method: 'put',
    path: '/store/{key}',
    summary: 'Put an object to an address that was signed for it',
    right: 'signature',
    body: {
      required: true,
      content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
    },
    status: 204,
    answer: { nothing: true },
    refusals: [400, 411, 415],
  },
  {
    method: 'put',
    path: '/evidence/{token}',
    summary: 'What a peer shows of what it has signed, once, by the token that it was given for it',
    right: 'anybody',
    body: {
      required: true,
      content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
    },
    status: 204,
    answer: { nothing: true },
    refusals: [400, 404],
  },
  {
    method: 'get',
    path: '/evidence/{token}',
    summary: 'What a peer is to compute again, by the token that it was given for it',
    right: 'anybody',
    answer: { media: 'application/octet-stream' },
    refusals: [404],
  },
];

const PARAMETERS: Readonly<Record<string, string>> = {
  room: 'A room, such as main',
  id: 'A job',
  probe: 'A probe',
  key: 'A key of the store, its slashes as they are',
  token: 'From the message that asks for it',
};

const REASONS: Readonly<Record<number, string>> = {
  400: 'What was sent is not of its form, or cannot be done; `faults` lists those of a job file',
  401: 'This takes the token, or an invitation',
  403: 'The token or the invitation does not allow it',
  404: 'There is no such thing here',
  409: 'The job is not in a state for that',
  411: 'The length is missing',
  413: 'It is larger than what is taken or made',
  415: 'Bodies come as they are to be stored',
  429: 'Others ask for the same; try again in a moment',
  503: 'Another coordinator is to be asked, or this one soon',
};

/** The HTTP API in OpenAPI 3.1, for programs that make clients and pages of it. `version`: of the program. */
export function describeApi(version: string): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of OPERATIONS) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describe(operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Groundswell coordinator',
      version,
      description: 'Submit wave simulations, follow them, and read their results.',
      license: { name: 'Apache 2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: {
        ...schemasOf(answers),
        ...schemasOf(requests),
      },
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'The file "token" in the coordinator’s folder',
        },
        invitation: { type: 'apiKey', in: 'query', name: 'invite', description: 'Of an invitation link' },
      },
    },
  };
}

function describe({
  method,
  path,
  summary,
  right,
  query,
  body,
  status = 200,
  answer,
  refusals = [],
}: Operation) {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    description: PARAMETERS[name],
    schema: { type: 'string' },
  }));
  const barred = right === 'anybody' ? [] : right === 'signature' ? [403] : [401, 403];
  return {
    operationId: operationId(method, path),
    summary,
    security: securityOf(right),
    parameters: [
      ...inPath,
      ...(query ? queryParameters(query) : []),
      ...(right === 'signature' ? SIGNATURE : []),
    ],
    ...(body && { requestBody: body }),
    responses: {
      [status]: { description: 'As asked', ...contentOf(answer) },
      ...Object.fromEntries(
        [...barred, ...refusals].map((code) => [
          code,
          { description: REASONS[code], content: { 'application/json': { schema: ref('Refusal') } } },
        ]),
      ),
    },
  };
}

/** `get /api/rooms/{room}/jobs/{id}` → `getRoomsJobsById`: one word for programs that make functions of it. */
function operationId(method: string, path: string): string {
  const words = path
    .replace(/^\/api/, '')
    .split('/')
    .filter(Boolean);
  return method + words.map((word) => wordIn(word.replace(/^\{(\w+)\}$/, 'by-$1'))).join('');
}

const wordIn = (text: string) =>
  text.replace(/(^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, _between, letter: string) => letter.toUpperCase());

function securityOf(right: Right): readonly object[] {
  switch (right) {
    case 'anybody':
    case 'signature':
      return [];
    case 'watch':
      // On the coordinator's own machine it takes neither.
      return [{}, { token: [] }, { invitation: [] }];
    case 'run':
      return [{ token: [] }, { invitation: [] }];
  }
}

const SIGNATURE = ['bytes', 'until', 'signature'].map((name) => ({
  name,
  in: 'query',
  required: true,
  description: 'Of the signed address',
  schema: { type: name === 'signature' ? 'string' : 'integer' },
}));

function contentOf(answer: Operation['answer']) {
  if ('nothing' in answer) return {};
  if ('json' in answer) return { content: { 'application/json': { schema: ref(answer.json) } } };
  return { content: { [answer.media]: {} } };
}

function queryParameters(query: z.ZodType): readonly object[] {
  const { properties = {} } = z.toJSONSchema(query, { io: 'output' });
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...schema } = property as Record<string, unknown>;
    return { name, in: 'query', required: false, ...(description !== undefined && { description }), schema };
  });
}

/** As they are on the wire: what a reader makes of them is its own affair. */
function schemasOf(named: Readonly<Record<string, z.ZodType>>) {
  return Object.fromEntries(
    Object.entries(named).map(([name, schema]) => {
      const { $schema: _dialect, ...plain } = z.toJSONSchema(schema, { io: 'input' });
      return [name, plain];
    }),
  );
}
