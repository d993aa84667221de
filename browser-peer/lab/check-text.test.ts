import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { checkText } from './check-text.js';

const sweep = `name: pond
model: wave
grid: { shape: [40, 48], spacing: 0.5 }
time: { steps: 60, dt: 0.2 }
parameters: { speed: 1 }
outputs: { film: { fields: [psi], every: 30 } }
sweep:
  speed: { field: parameters.speed, values: [1, 1.5] }
`;

describe('the text of a job file', () => {
  it('is good as any example is, a sweep among them', async () => {
    const files = (await readdir('examples')).filter((file) => file.endsWith('.yaml'));
    for (const file of files) {
      expect(await checkText(await readFile(`examples/${file}`, 'utf8')), file).toMatchObject({
        kind: 'good',
      });
    }
  });

  it('is told by its size; of a sweep, by how many it makes', async () => {
    expect(await checkText(sweep)).toMatchObject({
      kind: 'good',
      words: 'pond is fine: 2 simulations, the first of 48 × 40 cells, 60 steps.',
    });
  });

  it('has a fault of one member of a sweep shown where its field stands', async () => {
    const checked = await checkText(sweep.replace('1.5', '9'));
    expect(checked).toMatchObject({
      kind: 'faulty',
      faults: [{ field: 'sweep.speed, value 9: time.dt', line: 4 }],
    });
  });

  it('has a fault of the sweep itself shown in its lines', async () => {
    const checked = await checkText(sweep.replace('values:', 'vals:'));
    expect(checked.kind === 'faulty' && checked.faults.map(({ line }) => line)).toEqual([8, 8]);
  });
});
