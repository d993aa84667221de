import { readFile, writeFile } from 'node:fs/promises';
import type { Report } from '../harness.js';
import { rooflinePicture } from './roofline.js';
import { withReport } from './table.js';

// npm run bench:page: puts what the benchmarks last wrote into docs/performance.md, and draws the roofline.

const PAGE = 'docs/performance.md';
const PICTURE = 'docs/images/roofline.svg';

for (const name of ['kernel', 'gpu']) {
  const report = await reportOf(name);
  if (!report) {
    console.log(
      `bench/out/${name}.json is not there: its part of the page stays. npm run bench -- ${name} makes it.`,
    );
    continue;
  }
  await writeFile(PAGE, withReport(await readFile(PAGE, 'utf8'), report));
  if (name === 'kernel') await writeFile(PICTURE, rooflinePicture(report));
  console.log(`${PAGE} has the figures of ${name} of ${report.date}`);
}

async function reportOf(name: string): Promise<Report | undefined> {
  const written = await readFile(`bench/out/${name}.json`, 'utf8').catch(() => undefined);
  return written === undefined ? undefined : JSON.parse(written);
}
