import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Fleet } from '../fleet.js';
import { ensurePython, FIRST_RUN_MS } from './python.js';

/** Said by the script when it has come to its end. */
const REPORT = `
import os
print(json.dumps({
    "sizes": dict(film.sizes),
    "steps": ear.sizes["time"],
    "heard": bool(abs(ear.psi).max() > 0.01),
    "unit": film.x.attrs["units"],
    "png": os.path.getsize("notebook.png"),
}))
`;

let fleet: Fleet;
let folder: string;
let script: string;
beforeAll(async () => {
  script = await readFile('examples/notebook.py', 'utf8');
  folder = await mkdtemp(join(tmpdir(), 'groundswell-notebook-'));
  fleet = await Fleet.start();
  await fleet.join();
});
afterAll(async () => {
  await fleet?.close();
  await rm(folder, { recursive: true, force: true });
});

test(
  'the notebook hands a job in, waits for it, opens its result in xarray and plots it',
  async (context) => {
    const python = await ensurePython();
    if ('why' in python) return context.skip(python.why);
    await mkdir(join(folder, 'data'));
    await writeFile(join(folder, 'data/token'), `${fleet.token}\n`);
    const told = await python.run(script.replace('http://127.0.0.1:8470', fleet.url) + REPORT, { folder });
    const report = JSON.parse(told.trim().split('\n').at(-1) ?? '');
    expect(report).toMatchObject({ sizes: { time: 10, y: 96, x: 128 }, steps: 200, heard: true, unit: 'm' });
    expect(report.png).toBeGreaterThan(10_000);
  },
  FIRST_RUN_MS,
);

test('what the page shows of the notebook is what the notebook does', async () => {
  const page = await readFile('docs/notebook.md', 'utf8');
  const blocks = [...page.matchAll(/^```python\n(.*?)^```/gms)].map(([, code = '']) => code);
  expect(blocks.length).toBeGreaterThan(3);
  for (const block of blocks) expect(script).toContain(block);
});
