import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { LeaseTakenError, ServeError, StoreError } from '../core/errors.js';
import type { JobFileInput } from '../core/job/schema.js';
import { addressesOf } from '../core/protocol/addresses.js';
import { inputBrickKey, jobRecordKey } from '../core/protocol/keys.js';
import { RefusedError, Session } from '../core/protocol/session.js';
import { connectSocket } from '../peer-node/socket.js';
import { MAX_ROOMS } from './room/limits.js';
import { eventually, introduction, joinAs, openStage, type Stage } from './stage.suite.js';

const job: JobFileInput = {
  name: 'ripple',
  model: 'wave',
  grid: { shape: [16, 16], spacing: 1, brick: 8 },
  time: { steps: 10 },
  parameters: { speed: 1 },
};
const jobWithInputs: JobFileInput = { ...job, initial: { psi: { array: 'psi.npy' } } };

const SCRIPT = `// ${'a wave '.repeat(100)}`;

let stage: Stage;
let pages: string;
let url: string;
let bearer: { authorization: string };
/** As a proxy sends it on: not from this machine. */
const afar = { 'x-forwarded-for': '203.0.113.7' };

beforeAll(async () => {
  pages = await mkdtemp(join(tmpdir(), 'groundswell-pages-'));
  await writeFile(join(pages, 'index.html'), '<title>a page</title>');
  await writeFile(join(pages, 'script.js'), SCRIPT);
  await writeFile(join(pages, 'script.js.br'), brotliCompressSync(SCRIPT));
  await writeFile(join(pages, 'script.js.gz'), gzipSync(SCRIPT));
  stage = await openStage({ pages });
  url = stage.coordinator.url;
  bearer = { authorization: `Bearer ${stage.coordinator.token}` };
});
afterAll(async () => {
  await stage.close();
  await rm(pages, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = {}) => fetch(url + path, { headers });
const post = (path: string, body?: unknown, headers: Record<string, string> = bearer) =>
  fetch(url + path, { method: 'POST', headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
const put = (address: string, bytes: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  fetch(url + address, { method: 'PUT', body: bytes, headers });

async function refusalIn(response: Response) {
  const { error } = (await response.json()) as {
    error: { code: string; message: string; faults?: unknown[] };
  };
  return { status: response.status, ...error };
}

describe('A coordinator', () => {
  it('isolates its pages from other origins, so that they may share memory', async () => {
    const page = await get('/');
    expect(await page.text()).toContain('a page');
    expect(page.headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(page.headers.get('cross-origin-embedder-policy')).toBe('require-corp');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval'");
    expect(policy).toContain("worker-src 'self' blob:");
    expect(policy).not.toContain('upgrade-insecure-requests');
  });

  it.each([
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip, deflate', 'gzip'],
    ['identity', null],
  ])('sends a browser that takes %s what the build has compressed: %s', async (accepted, sent) => {
    const script = await get('/script.js', { 'accept-encoding': accepted });
    expect(script.headers.get('content-encoding')).toBe(sent);
    expect(script.headers.get('content-type')).toMatch(/^text\/javascript/);
    expect(await script.text()).toBe(SCRIPT);
  });

  it('says that it is well, which version it is, and what a job file looks like', async () => {
    expect(await (await get('/healthz')).json()).toEqual({ ok: true, standing: 'active' });
    expect(await (await get('/api/version')).json()).toEqual({ version: '0.0.0', protocol: 1 });
    expect(await (await get('/schema/job.json')).json()).toMatchObject({ type: 'object' });
  });

  it('answers what is not there, and what is no request, as JSON', async () => {
    expect(await refusalIn(await get('/nothing'))).toMatchObject({ status: 404, code: 'not-found' });
    expect(await refusalIn(await get('/store/%E0%A4%A'))).toMatchObject({ status: 400 });
    const broken = await fetch(`${url}/api/rooms/main/jobs`, { method: 'POST', body: '{', headers: bearer });
    expect(await refusalIn(broken)).toMatchObject({ status: 400, code: 'request' });
  });

  it('does not read a body that is longer than a job may be', async () => {
    const response = await post('/api/rooms/main/jobs', { file: 'x'.repeat(400_000) });
    expect(await refusalIn(response)).toMatchObject({ status: 413, code: 'request' });
  });

  it('makes its token once, for its user alone, and keeps it', async () => {
    const { coordinator: first, folder, close } = await openStage();
    expect(first.tokenIsNew).toBe(true);
    expect((await readFile(join(folder, 'token'), 'utf8')).trim()).toBe(first.token);
    expect((await stat(join(folder, 'token'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'secret'))).mode & 0o777).toBe(0o600);
    await first.close();
    const { coordinator: again } = await openStage({ folder });
    expect(again.tokenIsNew).toBe(false);
    expect(again.token).toBe(first.token);
    expect(new URL(again.invitation).search).toBe(new URL(first.invitation).search);
    await again.close();
    await close();
  });

  it('refuses to work on a folder that another works on, or stands by until that one ends', async () => {
    const { coordinator: first, folder, close } = await openStage();
    await expect(openStage({ folder })).rejects.toThrow(LeaseTakenError);
    const { coordinator: second } = await openStage({ folder, whileTaken: 'wait' });
    expect(second.standing).toBe('standby');
    expect(await (await fetch(`${second.url}/healthz`)).json()).toEqual({ ok: true, standing: 'standby' });
    expect((await fetch(`${second.url}/readyz`)).status).toBe(503);
    expect(await refusalIn(await fetch(`${second.url}/api/rooms/main`))).toMatchObject({
      status: 503,
      code: 'standby',
    });
    await first.close();
    await second.active;
    expect((await fetch(`${second.url}/readyz`)).status).toBe(200);
    expect((await fetch(`${second.url}/api/rooms/main`)).status).toBe(200);
    await second.close();
    await close();
  });

  it('says what to do where the port is taken, or the token’s file is none', async () => {
    const port = Number(new URL(url).port);
    await expect(openStage({ port })).rejects.toThrow(ServeError);
    const folder = await mkdtemp(join(tmpdir(), 'groundswell-broken-'));
    await writeFile(join(folder, 'token'), '');
    await expect(openStage({ folder })).rejects.toThrow(StoreError);
  });

  it('ends its conductors and connections when it closes', async () => {
    const other = await openStage();
    const { session, ended } = await joinAs('a', other.coordinator.url);
    const conductor = other.conductor();
    await Promise.all([other.coordinator.close(), other.coordinator.close()]);
    await other.close();
    expect(conductor.closed).toBe(true);
    expect(await ended).toMatchObject({ kind: 'closed' });
    session.close();
  });
});

describe('Rooms', () => {
  it('tell who is there, what runs, and how far it is', async () => {
    const { session } = await joinAs('a', `${url}/?room=status`);
    const status = await (await get('/api/rooms/status')).json();
    expect(status).toMatchObject({
      room: 'status',
      peers: [{ id: session.peer, name: 'a', state: 'idle' }],
      watchers: 0,
      jobs: [],
    });
    session.close();
    await eventually(() => expect(stage.conductor('status').members.size).toBe(0));
  });

  it('are named in lower case, and not by what could be anything else', async () => {
    for (const name of ['Main', 'a_b', '-a', 'a'.repeat(33), 'a%20b', 'a%2fb']) {
      expect(await refusalIn(await get(`/api/rooms/${name}`)), name).toMatchObject({
        status: 400,
        code: 'room-name',
      });
    }
  });

  it('do not come to be by being looked at', async () => {
    expect(await refusalIn(await get('/api/rooms/unseen'))).toMatchObject({ status: 404 });
  });

  it('are only so many', async () => {
    const other = await openStage();
    for (let index = 1; index < MAX_ROOMS; index++) other.coordinator.room(`room-${index}`);
    await expect(connectSocket(addressesOf(`${other.coordinator.url}/?room=more`).socket)).rejects.toThrow(
      /answered 503: there are 32 rooms already/,
    );
    await other.close();
  });
});

describe('From another machine', () => {
  const statusOf = async (path: string, headers = {}) => (await get(path, { ...afar, ...headers })).status;
  /** The status that a WebSocket is refused with, or 101. */
  const upgrade = (path: string, headers: Record<string, string>) =>
    new Promise<number>((resolve) => {
      const socket = new WebSocket(url.replace('http', 'ws') + path, { headers });
      socket.on('error', () => {});
      socket.on('open', () => {
        resolve(101);
        socket.terminate();
      });
      socket.on('unexpected-response', (_request, response) => {
        resolve(response.statusCode ?? 0);
        socket.terminate();
      });
    });

  it('a room takes an invitation, over HTTP and WebSocket alike', async () => {
    const { search } = new URL(stage.coordinator.invitation);
    const invite = `?${search.split('&')[1]}`;
    expect(await statusOf('/api/rooms/main')).toBe(401);
    expect(await statusOf(`/api/rooms/main${invite}x`)).toBe(403);
    expect(await statusOf(`/api/rooms/main${invite}`)).toBe(200);
    expect(await upgrade('/ws/main', afar)).toBe(401);
    expect(await upgrade(`/ws/main${invite}x`, afar)).toBe(403);
    expect(await upgrade(`/ws/other${invite}`, afar)).toBe(403);
    expect(await upgrade(`/ws/main${invite}`, afar)).toBe(101);
  });

  it('a page of another origin opens no WebSocket, though it runs in a browser here', async () => {
    expect(await upgrade('/ws/main', { origin: 'https://evil.example' })).toBe(401);
    expect(await upgrade('/ws/main', { origin: url })).toBe(101);
  });

  it('a foreign name that leads here gets nothing', async () => {
    const { port } = new URL(url);
    const status = await new Promise((resolve, reject) => {
      const asked = request(
        { host: '127.0.0.1', port, path: '/api/rooms/main', headers: { host: `evil.example:${port}` } },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      asked.on('error', reject);
      asked.end();
    });
    expect(status).toBe(401);
  });

  const outside = Object.values(networkInterfaces())
    .flatMap((entries) => entries ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal);

  it.skipIf(!outside)('the invitation link leads to the coordinator, and lets in', async () => {
    const other = await openStage({ host: '0.0.0.0' });
    const { invitation } = other.coordinator;
    expect(new URL(invitation).hostname).toBe(outside?.address);
    await expect(connectSocket(addressesOf(new URL(invitation).origin).socket)).rejects.toThrow(RefusedError);
    const { session } = await joinAs('far', invitation);
    expect((await fetch(addressesOf(invitation).status)).status).toBe(200);
    session.close();
    await other.close();
  });

  it('an upgrade elsewhere than to a room is refused', async () => {
    expect(await upgrade('/ws', {})).toBe(404);
    expect(await upgrade('/api/rooms/main', {})).toBe(404);
  });
});

describe('A link', () => {
  const links = async () =>
    (await (await get('/api/rooms/main/invitations', bearer)).json()) as Record<string, string>;
  const inviteIn = (link = '') => new URL(link).search;

  it('is told to those alone who may run jobs in the room', async () => {
    expect((await get('/api/rooms/main/invitations')).status).toBe(401);
    const { watch, contribute, run } = await links();
    expect((await get(`/api/rooms/main/invitations${inviteIn(watch)}`)).status).toBe(403);
    expect((await get(`/api/rooms/main/invitations${inviteIn(contribute)}`)).status).toBe(403);
    expect((await get(`/api/rooms/main/invitations${inviteIn(run)}`)).status).toBe(200);
    expect(contribute).toBe(stage.coordinator.invitation);
  });

  it('to run lets whoever has it hand jobs in, in that room alone', async () => {
    const { contribute, run } = await links();
    const handIn = (room: string, link?: string) =>
      post(`/api/rooms/${room}/jobs${inviteIn(link)}`, { file: job }, afar);
    expect((await handIn('main', run)).status).toBe(201);
    expect((await handIn('other', run)).status).toBe(403);
    expect((await handIn('main', contribute)).status).toBe(403);
  });

  it('to watch lets nobody compute', async () => {
    const { watch } = await links();
    const { socket } = addressesOf(`${url}/${inviteIn(watch)}`);
    await expect(Session.join(() => connectSocket(socket), introduction)).rejects.toThrow(/lets one watch/);
    const status = (await get(`/api/rooms/main${inviteIn(watch)}`, afar)).json();
    expect(await status).toMatchObject({ role: 'watch' });
  });
});

describe('What a run has recorded', () => {
  it('is asked for within bounds, and of jobs and probes that there are', async () => {
    const probed = { ...job, probes: { ear: { at: { y: 1, x: 2 }, fields: ['psi'] } } };
    const { id } = (await (await post('/api/rooms/main/jobs', { file: probed })).json()) as { id: string };
    const path = `/api/rooms/main/jobs/${id}`;
    expect(await (await get(`${path}/probes`)).json()).toMatchObject({
      steps: 10,
      probes: [{ name: 'ear', cell: [0, 1, 2], states: ['psi'] }],
    });
    const samples = await (await get(`${path}/probes/ear?from=8&count=100`)).json();
    expect(samples).toEqual({
      from: 8,
      every: 1,
      states: [{ state: 'psi', low: [null, null, null], high: [null, null, null] }],
    });
    expect((await get(`${path}/probes/mouth`)).status).toBe(404);
    expect((await get('/api/rooms/main/jobs/ripple-none/probes')).status).toBe(404);
    for (const query of ['from=0', 'count=65537', 'count=65536&every=2', 'from=x']) {
      expect((await get(`${path}/probes/ear?${query}`)).status, query).toBe(400);
    }
    expect((await get(`${path}/result`)).status).toBe(404);
    expect((await get(`${path}/export?format=gif`)).status).toBe(400);
  });
});

describe('Jobs', () => {
  it('are submitted and stopped with the token alone', async () => {
    for (const path of ['', '/x/start', '/x/stop', '/x/inputs']) {
      const where = `/api/rooms/main/jobs${path}`;
      expect((await post(where, { file: job }, {})).status, where).toBe(401);
      expect((await post(where, { file: job }, { authorization: 'Bearer no' })).status, where).toBe(403);
    }
  });

  it('start at once where they need no inputs', async () => {
    const response = await post('/api/rooms/main/jobs', { file: job });
    expect(response.status).toBe(201);
    const { id, needs, started } = (await response.json()) as {
      id: string;
      needs: string[];
      started: boolean;
    };
    expect({ needs, started }).toEqual({ needs: [], started: true });
    expect(id).toMatch(/^ripple-[a-z2-7]{12}$/);
    expect(await (await get(`/api/rooms/main/jobs/${id}`)).json()).toMatchObject({ id, state: 'running' });
    expect(await refusalIn(await post(`/api/rooms/main/jobs/${id}/start`))).toMatchObject({ status: 409 });
    expect(await (await post(`/api/rooms/main/jobs/${id}/stop`)).json()).toMatchObject({
      id,
      state: 'stopped',
    });
    expect(await refusalIn(await post(`/api/rooms/main/jobs/${id}/stop`))).toMatchObject({
      status: 409,
      code: 'not-running',
    });
  });

  it('wait for their inputs, which are put to the addresses given back', async () => {
    const response = await post('/api/rooms/main/jobs', { file: jobWithInputs });
    const { id, needs, started } = (await response.json()) as {
      id: string;
      needs: string[];
      started: boolean;
    };
    expect(started).toBe(false);
    expect(needs).toEqual(
      [0, 1].flatMap((y) => [0, 1].map((x) => inputBrickKey(id, 'psi', 'now', [0, y, x]))),
    );
    const path = `/api/rooms/main/jobs/${id}`;
    expect(await (await get(path)).json()).toMatchObject({
      state: 'waiting',
      reason: '4 inputs are missing',
    });
    expect(await refusalIn(await post(`${path}/start`))).toMatchObject({ status: 409, code: 'inputs' });

    const foreign = await post(`${path}/inputs`, { objects: [{ key: jobRecordKey(id), bytes: 5 }] });
    expect(await refusalIn(foreign)).toMatchObject({ status: 400, code: 'input' });
    const given = await post(`${path}/inputs`, { objects: needs.map((key) => ({ key, bytes: 5 })) });
    const { objects } = (await given.json()) as { objects: { key: string; url: string }[] };
    for (const { url: address } of objects) expect((await put(address, new Uint8Array(5))).status).toBe(204);
    expect((await post(`${path}/start`)).status).toBe(202);
    expect(await (await get(path)).json()).toMatchObject({ state: 'running' });
  });

  it('that do not stand are refused with every fault', async () => {
    const { grid, ...rest } = job;
    const response = await post('/api/rooms/main/jobs', {
      file: { ...rest, grid: { ...grid, spacing: -1 }, x: 1 },
    });
    const refusal = await refusalIn(response);
    expect(refusal).toMatchObject({ status: 400, code: 'job' });
    expect(refusal.faults).toHaveLength(2);
  });

  it('are known in their own room only', async () => {
    const { id } = await stage.coordinator.jobs.submit(stage.coordinator.room('main'), jobWithInputs);
    stage.coordinator.room('elsewhere');
    expect((await get(`/api/rooms/main/jobs/${id}`)).status).toBe(200);
    expect((await get(`/api/rooms/elsewhere/jobs/${id}`)).status).toBe(404);
    expect((await get('/api/rooms/main/jobs/..%2f..%2ftoken')).status).toBe(404);
  });
});

describe('Objects', () => {
  const bytes = new Uint8Array([1, 2, 3, 4, 5]);
  let id: string;
  let key: string;

  beforeAll(async () => {
    ({ id } = await stage.coordinator.jobs.submit(stage.coordinator.room('main'), jobWithInputs));
    key = `jobs/${id}/result.zarr/u/c/0/0/0`;
  });

  it('are written through a signed address, and read by whoever takes part', async () => {
    const address = await stage.coordinator.store.uploadAddress(key, 5);
    expect((await put(address, bytes)).status).toBe(204);
    const response = await get(`/store/${key}`);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect((await get(`/store/${key}`, afar)).status).toBe(401);
    const { search } = new URL(stage.coordinator.invitation);
    expect((await get(`/store/${key}?${search.split('&')[1]}`, afar)).status).toBe(200);
  });

  it('may be empty', async () => {
    const empty = `jobs/${id}/empty`;
    expect((await put(await stage.coordinator.store.uploadAddress(empty, 0), new Uint8Array())).status).toBe(
      204,
    );
    expect(await (await get(`/store/${empty}`)).arrayBuffer()).toHaveProperty('byteLength', 0);
  });

  it('are not written to another key, at another length, compressed, or without a signature', async () => {
    const address = await stage.coordinator.store.uploadAddress(`jobs/${id}/a`, 5);
    expect((await put(address.replace('/a?', '/b?'), bytes)).status).toBe(403);
    expect((await put(address.replace('bytes=5', 'bytes=4'), bytes.slice(0, 4))).status).toBe(403);
    expect((await put(address, bytes.slice(0, 4))).status).toBe(400);
    expect((await put(address, bytes, { 'content-encoding': 'gzip' })).status).toBe(415);
    expect((await put(`/store/jobs/${id}/a`, bytes)).status).toBe(403);
    expect((await put(`/store/jobs/${id}/a`, bytes, bearer)).status).toBe(403);
    // The MD5 of other bytes.
    const changed = await put(address, bytes, { 'content-md5': 'XUFAKrxLKna5cZ2REBfFkg==' });
    expect(await refusalIn(changed)).toMatchObject({ status: 400, code: 'BadDigest' });
    // An address for bytes that were named.
    const [md5, named] = ['', createHash('sha256').update(bytes).digest('base64')];
    const bound = await stage.coordinator.store.uploadAddress(`jobs/${id}/a`, 5, { md5, sha256: named });
    expect(
      await refusalIn(
        await put(
          bound,
          bytes.map((byte) => byte ^ 1),
        ),
      ),
    ).toMatchObject({ code: 'BadDigest' });
    expect((await put(bound.replace(/&sha256=[^&]*/, ''), bytes)).status).toBe(403);
    const chunked = await fetch(url + address, {
      method: 'PUT',
      body: new Blob([bytes]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect(chunked.status).toBe(411);
    expect(await stage.coordinator.store.get(`jobs/${id}/a`)).toBeUndefined();
  });

  it('are those of jobs: neither secrets nor other files can be read', async () => {
    await mkdir(join(stage.folder, 'store', 'other'), { recursive: true });
    await writeFile(join(stage.folder, 'store', 'other', 'file'), 'x');
    for (const path of ['other/file', 'token', '../token', '..%2ftoken', `jobs/${id}/..%2f..%2f..%2ftoken`]) {
      expect([400, 404], path).toContain((await get(`/store/${path}`, bearer)).status);
    }
  });
});
