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
time: { steps: 100 }
parameters: { speed: 1 }
initial: { psi: { formula: gaussian, amplitude: 1, sigma: 2 } }
outputs: { end: { fields: [psi] } }
run: { peers: 2, use: all }
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

it('each GPU that is named becomes a peer', async () => {
  const [{ name } = { name: '' }] = await listGpus();
  const part = name.slice(0, 8).toLowerCase();
  const run = command.start('run', job, ...(await options(`${part},${part}`)));
  await run.event('started');
  expect(await childrenOf(run.pid)).toHaveLength(2);
  expect(await run.event('ended')).toMatchObject({ state: 'done' });
  expect(await run.ended).toBe(0);
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
