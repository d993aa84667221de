import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listGpus } from '../gpu/adapters.js';
import { BuiltCommand, childrenOf, portOfNobody } from './command.fixture.js';

let folder: string;
let command: BuiltCommand;
let job: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'groundswell-gpus-'));
  command = await BuiltCommand.build('gpus');
  job = join(folder, 'job.yaml');
  await writeFile(
    job,
    `
name: pulse
model: wave
grid: { shape: [16, 16, 16], spacing: 1, brick: 8 }
time: { steps: 5000 }
parameters: { speed: 1 }
initial: { psi: { formula: gaussian, amplitude: 1, sigma: 2 } }
outputs: { end: { fields: [psi] } }
run: { peers: 1 }
`,
  );
});

afterAll(async () => {
  await command.close();
  await rm(folder, { recursive: true });
});

const options = async (gpus: string) => [
  ...['--gpus', gpus, '--port', String(await portOfNobody())],
  ...['--data', join(folder, 'data')],
];

it('each GPU that is named becomes a peer, once, with as much memory as it is told to offer', async () => {
  const [{ name } = { name: '' }] = await listGpus();
  const part = name.slice(0, 8).toLowerCase();
  const run = command.start('run', job, ...(await options(`${part},${part}`)), '--gpu-memory', '2.5');
  expect(await run.event('note')).toMatchObject({ message: expect.stringMatching(/names .* 2 times/) });
  const { url } = await run.event('serving');
  await run.event('started');
  expect(await childrenOf(run.pid)).toHaveLength(1);
  await run.event('progress');
  const { out } = await command.run('status', String(url), '--json');
  expect(JSON.parse(out).peers).toMatchObject([{ ability: { engine: 'webgpu', memory: 2.5 * 2 ** 30 } }]);
  run.kill('SIGTERM');
  expect(await run.ended).toBe(130);
});

it.each(['', 'lots', '0', '-1', '80GB', '80000'])('%j is no memory of a GPU', async (memory) => {
  const { status, err } = await command.run('run', job, `--gpu-memory=${memory}`);
  expect(status).toBe(2);
  expect(err).toEqual([expect.stringMatching(/--gpu-memory.*Give GiB, a number from 0\.1 to 1024/)]);
});

it('more GPUs than there are is no device, and said before anything starts', async () => {
  const { status, err } = await command.run('run', job, ...(await options('60')));
  expect(status).toBe(4);
  expect(err).toHaveLength(1);
  expect(err[0]).toMatch(/--gpus 60: this machine has \d+ that can be told apart; Dawn finds /);
});

it.each(['', 'a,,b', '0'])('%j is no choice of GPUs', async (choice) => {
  const { status, err } = await command.run('run', job, ...(await options(choice)));
  expect(status).toBe(2);
  expect(err.join()).toMatch(/--gpus/);
});
