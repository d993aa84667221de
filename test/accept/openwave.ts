import { readFile } from 'node:fs/promises';
import { boxOfShape, cellCount } from '../../core/grid/box.js';
import { checkJob } from '../../core/job/check.js';
import { parseJobText } from '../../core/job/read.js';
import type { JobFileInput } from '../../core/job/schema.js';
import { contributeFrom, launchBrowser } from '../browser.js';
import { Fleet } from '../fleet.js';
import { PeerProcess } from '../processes.js';
import { COLUMNS, type GoldenRow, largestDifferences, parseRows } from './golden-rows.js';
import { recordedRows } from './recorded.js';

/** As far as f32 and another order of sums may lead from OpenWave's own rows. */
const BOUNDS: Partial<GoldenRow> = { psiL: 1e-4, psiT: 1e-5, charge: 1e-4 };

// npm runs scripts in the package's folder.
const JOB = 'examples/openwave-golden.yaml';
const PAGES = 'dist/pages';

const [goldenPath] = process.argv.slice(2);
if (goldenPath === undefined) {
  console.error(
    'Usage: npm run accept:openwave -- PATH, the timestep file that OpenWave wrote of its 293³ run',
  );
  process.exit(2);
}
const golden = parseRows(await readFile(goldenPath, 'utf8'));
const differences = await compare(golden);
console.table(
  COLUMNS.filter((name) => name !== 'step').map((column) => ({
    column,
    'largest difference': differences[column],
    bound: BOUNDS[column],
  })),
);
const failed = COLUMNS.filter(
  (column) => !(differences[column] <= (BOUNDS[column] ?? Number.POSITIVE_INFINITY)),
);
console.log(failed.length === 0 ? `all ${golden.length} rows agree` : `out of bounds: ${failed.join(', ')}`);
process.exit(failed.length === 0 ? 0 : 1);

/** Runs the whole of it on two Node peers and a browser tab. */
async function compare(rows: readonly GoldenRow[]): Promise<GoldenRow> {
  const file = parseJobText(await readFile(JOB, 'utf8'), JOB) as JobFileInput;
  const fleet = await Fleet.start({ pages: PAGES });
  const peers = [new PeerProcess(fleet.url, 'node 1'), new PeerProcess(fleet.url, 'node 2')];
  const browser = await launchBrowser();
  try {
    await contributeFrom(browser, fleet.url, 'wasm');
    const id = await fleet.submit({
      ...file,
      run: { ...file.run, peers: 3, use: 'all', checkpointSeconds: 300 },
    });
    const report = setInterval(() => {
      const { progress } = fleet.status(id);
      if (!progress) return;
      const left = progress.secondsLeft === null ? 'unknown' : `${Math.ceil(progress.secondsLeft)} s`;
      console.log(
        `step ${progress.step}/${progress.steps}, ${(progress.rate / 1e6).toFixed(0)} M cells/s, left: ${left}`,
      );
    }, 10_000);
    await fleet.done(id).finally(() => clearInterval(report));
    const shares = fleet.events.map(({ event, details }) => `${event} ${JSON.stringify(details)}`);
    console.log(shares.join('\n'));
    const job = checkJob(file);
    console.log(`${cellCount(boxOfShape(job.grid.shape))} cells, ${job.steps} steps`);
    return largestDifferences(await recordedRows(fleet.result(id), job), rows);
  } finally {
    await browser.close();
    await Promise.all(peers.map((peer) => peer.stop()));
    await fleet.close();
  }
}
