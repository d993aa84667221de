import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BuiltCommand, childrenOf, gone, portOfNobody } from './command.fixture.js';

const job = (steps: number) => `
name: pulse
model: wave
grid: { shape: [16, 16, 16], spacing: 1, brick: 8 }
time: { steps: ${steps} }
parameters: { speed: 1 }
initial: { psi: { formula: gaussian, amplitude: 1, sigma: 2 } }
outputs: { end: { fields: [psi] } }
run: { peers: 2, use: all }
`;

describe('groundswell run, serve, submit, status and stop', () => {
  let folder: string;
  let command: BuiltCommand;
  let short: string;
  let endless: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'groundswell-run-'));
    command = await BuiltCommand.build('run');
    short = join(folder, 'short.yaml');
    endless = join(folder, 'endless.yaml');
    await writeFile(short, job(100));
    await writeFile(endless, job(1e9));
  });
  afterAll(async () => {
    await command.close();
    await rm(folder, { recursive: true });
  });

  /** Options for two peers that any machine can run, and a folder of its own. */
  const options = async (name: string) => [
    ...['--engine', 'wasm', '--port', String(await portOfNobody())],
    ...['--data', join(folder, name)],
  ];

  it('runs a job from its start to its result, and leaves no process', async () => {
    const run = command.start('run', short, ...(await options('short')));
    expect(await run.event('serving')).toMatchObject({ token: expect.any(String) });
    await run.event('started');
    const peers = await childrenOf(run.pid);
    const ended = await run.event('ended');
    expect(ended).toMatchObject({ state: 'done' });
    expect((await stat(String(ended.result))).isDirectory()).toBe(true);
    expect(await run.ended).toBe(0);
    await gone(peers);
  });

  it('a peer on a spot instance leaves when its end is announced', async () => {
    const metadata = createServer((_, response) => response.end('announced')).listen(0, '127.0.0.1');
    await once(metadata, 'listening');
    const port = await portOfNobody();
    const serve = command.start('serve', '--port', `${port}`, '--data', join(folder, 'spot'));
    await serve.event('serving');
    process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT = `http://127.0.0.1:${(metadata.address() as AddressInfo).port}`;
    const ended = await command.run('join', `http://127.0.0.1:${port}`, '--ec2', '--engine', 'wasm');
    delete process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT;
    metadata.close();
    serve.kill('SIGTERM');
    await serve.ended;
    expect(ended).toMatchObject({
      status: 0,
      out: expect.stringContaining('leaves: EC2 takes this instance'),
    });
  });

  it('leaves cleanly when it is interrupted, with status 130', async () => {
    const run = command.start('run', endless, ...(await options('interrupted')));
    await run.event('progress');
    const peers = await childrenOf(run.pid);
    expect(peers).toHaveLength(2);
    run.kill('SIGINT');
    expect(await run.ended).toBe(130);
    await gone(peers);
  });

  it('takes its peers along even when it is killed', async () => {
    const run = command.start('run', endless, ...(await options('killed')));
    await run.event('progress');
    const peers = await childrenOf(run.pid);
    expect(peers).toHaveLength(2);
    run.kill('SIGKILL');
    expect(await run.ended).toBe('SIGKILL');
    await gone(peers);
  });

  it('gives up where every peer has ended and nobody else computes, with status 1', async () => {
    const run = command.start('run', endless, ...(await options('abandoned')));
    await run.event('progress');
    for (const peer of await childrenOf(run.pid)) process.kill(peer, 'SIGKILL');
    expect(await run.ended).toBe(1);
  });

  it('ends with status 1 when somebody stops its job', async () => {
    const data = join(folder, 'stopped');
    const run = command.start('run', endless, ...(await options('stopped')));
    const { url } = await run.event('serving');
    const { job } = await run.event('started');
    const stopped = await command.run('stop', String(job), '--url', String(url), '--data', data);
    expect(stopped.status).toBe(0);
    expect(await run.event('ended')).toMatchObject({ state: 'stopped' });
    expect(await run.ended).toBe(1);
  });

  it('hands jobs in only with the right to', async () => {
    const data = join(folder, 'served');
    const coordinator = command.start('serve', '--port', String(await portOfNobody()), '--data', data);
    const url = String((await coordinator.event('serving')).url);

    const refused = await command.run('submit', short, '--url', url, '--token', 'guessed');
    expect(refused.status).toBe(3);
    expect(refused.err).toHaveLength(1);

    const submitted = await command.run('submit', short, '--url', url, '--data', data, '--json');
    expect(submitted.status).toBe(0);
    const status = await command.run('status', url, '--json');
    expect(JSON.parse(status.out)).toMatchObject({
      peers: [],
      jobs: [{ id: JSON.parse(submitted.out).job }],
    });

    const id = JSON.parse(submitted.out).job;
    const told = await command.run('logs', id, '--url', url);
    expect(told.status).toBe(0);
    expect(told.out).toMatch(/handed in\n.* waits for 2 more peers\n/);
    const events = await command.run('logs', '--url', url, '--json');
    expect(JSON.parse(events.out.split('\n')[0] ?? '')).toMatchObject({
      number: 1,
      event: 'queued',
      job: id,
    });
    const following = command.start('logs', id, '--follow', '--url', url);
    await following.event('state');
    await command.run('stop', id, '--url', url, '--data', data);
    expect(await following.event('state')).toMatchObject({ details: { state: 'stopped' } });
    expect(await following.ended).toBe(0);

    const unknown = await command.run('stop', 'pulse-unknown', '--url', url, '--data', data);
    expect(unknown.status).toBe(2);

    coordinator.kill('SIGTERM');
    expect(await coordinator.ended).toBe(0);
  });

  it('says that a port is taken, and what to do', async () => {
    const [port, data] = [String(await portOfNobody()), join(folder, 'taken')];
    const coordinator = command.start('serve', '--port', port, '--data', data);
    await coordinator.event('serving');
    const second = await command.run('serve', '--port', port, '--data', data);
    expect(second.status).toBe(2);
    expect(second.err.join()).toMatch(/--port/);
    coordinator.kill('SIGTERM');
    await coordinator.ended;
  });
});
