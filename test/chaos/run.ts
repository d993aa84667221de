import type { KillReport } from './coordinator.js';

type Report = Pick<KillReport, 'differingBits'> & Partial<Pick<KillReport, 'faults'>>;

/** What every program here that disturbs a run exports; `times`: how often. */
interface Chaos {
  chaos(times: number): Promise<Report>;
}

const KINDS: Readonly<Record<string, () => Promise<Chaos>>> = {
  coordinator: () => import('./coordinator.js'),
  fleet: () => import('./fleet.js'),
};

const [kind = '', times = '200'] = process.argv.slice(2);
const load = KINDS[kind];
if (!load || !/^[1-9]\d*$/.test(times)) {
  console.error(`npm run chaos -- KIND TIMES, where KIND is one of: ${Object.keys(KINDS).join(', ')}`);
  process.exitCode = 2;
} else {
  const report = await (await load()).chaos(Number(times));
  console.log(JSON.stringify(report, null, 2));
  if (report.differingBits > 0 || report.faults?.length) process.exitCode = 1;
}
