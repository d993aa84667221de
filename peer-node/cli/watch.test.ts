import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JobFileInput } from '../../core/job/schema.js';
import { outputChunkKey } from '../../core/protocol/keys.js';
import { Fleet } from '../../test/fleet.js';
import { BuiltCommand } from './command.fixture.js';

const file: JobFileInput = {
  name: 'watched',
  model: 'wave',
  grid: { shape: [16, 16, 16], spacing: 1, brick: 16 },
  // Longer than any test looks: it is stopped.
  time: { steps: 1_000_000, courant: 0.5 },
  parameters: { speed: 1 },
  initial: { psi: { formula: 'gaussian', amplitude: 2, sigma: 2 } },
  outputs: { film: { fields: ['psi'], every: 500, plane: { z: 8 } } },
};

let command: BuiltCommand;
let fleet: Fleet;
let id: string;

beforeAll(async () => {
  command = await BuiltCommand.build('watch');
  fleet = await Fleet.start();
  await fleet.join({ transport: 'auto' });
  id = await fleet.submit(file);
});

afterAll(async () => {
  await fleet.close();
});

describe('groundswell watch, in a pipe', () => {
  test('writes a line for each frame, and ends after as many as are wanted', async () => {
    const { status, out } = await command.run('watch', fleet.url, id, '--frames', '2');
    expect(status).toBe(0);
    const lines = out.trim().split('\n');
    expect(lines).toHaveLength(2);
    for (const line of lines) {
      expect(line).toMatch(/^step \d+ of 1000000: psi at z 8, from -?[\d.e-]+ to -?[\d.e-]+$/);
    }
  });

  test('writes an object for each frame under --json', async () => {
    const { out } = await command.run('watch', fleet.url, id, '--frames', '1', '--json', '--plane', 'y=3');
    expect(JSON.parse(out)).toMatchObject({ event: 'frame', axis: 'y', at: 3, state: 'psi', from: 'peers' });
  });

  test.each([
    { args: ['--field', 'ghost'], fault: '--field' },
    { args: ['--plane', 'x=16'], fault: '--plane' },
  ])('refuses what the job has not: $args', async ({ args, fault }) => {
    const { status, err } = await command.run('watch', fleet.url, id, ...args);
    expect([status, err.length]).toEqual([2, 1]);
    expect(err[0]).toContain(fault);
  });

  test('shows the last stored snapshot of a job that does not run', async () => {
    const chunk = outputChunkKey(id, 'film', 'psi', 0, [0, 0]);
    await expect.poll(() => fleet.store.get(chunk), { timeout: 60_000 }).toBeDefined();
    fleet.stop(id);
    const { status, out } = await command.run('watch', fleet.url, id);
    expect(status).toBe(0);
    expect(out).toMatch(/^step \d+ of 1000000, stored: psi at z 8, /);
  });
});
