import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BuiltCommand, portOfNobody } from './command.fixture.js';

describe('the groundswell command', () => {
  let folder: string;
  let command: BuiltCommand;
  const groundswell = (...args: readonly string[]) => command.run(...args);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'groundswell-command-'));
    command = await BuiltCommand.build('command');
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('tells its version, and what it runs on', async () => {
    const { status, out } = await groundswell('version', '--json');
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ protocol: 1, node: process.versions.node });
  });

  it('documents its exit statuses', async () => {
    const { status, out } = await groundswell('--help');
    expect(status).toBe(0);
    for (const line of [/^ {2}2 +wrong usage/m, /^ {2}4 +no device/m, /^ {2}130 +interrupted/m]) {
      expect(out).toMatch(line);
    }
  });

  it.each([
    ['an unknown command', ['jion'], /join/],
    ['no job file', ['run'], /'job'/],
    ['an unknown option', ['run', 'job.yaml', '--perrs', '2'], /--peers/],
    ['no share at all', ['join', 'http://localhost:1', '--share', '0'], /--share .* 1 to 100/],
    ['no thread at all', ['join', 'http://localhost:1', '--threads', '0'], /--threads .* 1 to 1024/],
    ['a number of peers that is none', ['run', 'job.yaml', '--peers', 'two'], /--peers .* 0 to 64/],
    ['a port beyond the last', ['serve', '--port', '65536'], /--port .* 1 to 65535/],
    ['an engine that does not exist', ['join', 'http://localhost:1', '--engine', 'cuda'], /webgpu, wasm/],
    ['a transport that does not exist', ['run', 'job.yaml', '--transport', 'tcp'], /datachannel, werift/],
    [
      'a name longer than others show',
      ['join', 'http://localhost:1', '--name', 'n'.repeat(65)],
      /--name .* 64/,
    ],
    ['an address that is none', ['status', 'localhost'], /http:\/\/localhost:8470/],
  ])('refuses %s with status 2 and says what would be right', async (_, args, hint) => {
    const { status, out, err } = await groundswell(...args);
    expect(status).toBe(2);
    expect(out).toBe('');
    expect(err.join(' ')).toMatch(hint);
    expect(err.join('\n')).not.toMatch(/^ +at /m);
  });

  it('refuses a job file that is not there with status 2, in one line', async () => {
    const { status, err } = await groundswell('run', join(folder, 'nowhere.yaml'));
    expect(status).toBe(2);
    expect(err).toHaveLength(1);
    expect(err[0]).toMatch(/nowhere\.yaml/);
  });

  it('refuses a faulty job with status 2, a line for each fault, before anything is started', async () => {
    const job = join(folder, 'faulty.yaml');
    await writeFile(
      job,
      'name: faulty\nmodel: wave\ngrid: {shape: [8, 0], spacing: -1}\ntime: {steps: 10}\n',
    );
    const { status, out, err } = await groundswell('run', job, '--data', join(folder, 'data'));
    expect(status).toBe(2);
    expect(out).toBe('');
    expect(err).toHaveLength(2);
    expect(err.join('\n')).toMatch(/grid\.shape/);
    expect(err.join('\n')).toMatch(/grid\.spacing/);
  });

  it('ends with status 3 where no coordinator answers', async () => {
    const { status, err } = await groundswell('status', `http://127.0.0.1:${await portOfNobody()}`);
    expect(status).toBe(3);
    expect(err).toHaveLength(1);
  });

  it.each(['status', 'join'])('%s says that a server of another kind is no coordinator', async (name) => {
    const other = createServer((_, response) => response.writeHead(404).end('<html>\nnothing\n'));
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { status, err } = await groundswell(name, `http://127.0.0.1:${port}`);
    expect(status).toBe(3);
    expect(err.at(-1)).toMatch(/no coordinator answers .*check the address/);
    await new Promise((resolve) => other.close(resolve));
  });
});
