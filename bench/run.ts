import { access } from 'node:fs/promises';
import { type BenchModule, measure, printReport, writeReport } from './harness.js';

const [name = ''] = process.argv.slice(2);
// `npm run bench` has bundled every benchmark next to this file.
const bundle = new URL(`./${name}.js`, import.meta.url);

if (!/^[a-z][a-z0-9-]*$/.test(name) || !(await exists(bundle))) {
  console.error(`There is no benchmark '${name}'. npm run bench -- NAME runs bench/NAME.ts.`);
  process.exitCode = 2;
} else {
  const module: Partial<BenchModule> = await import(bundle.href);
  if (!module.bench) throw new TypeError(`bench/${name}.ts exports no function bench`);
  const report = await measure(name, { bench: module.bench });
  printReport(report);
  if (report.figures.length > 0) console.log(await writeReport('bench/out', report));
  else console.log('No figures: what was written before stays.');
}

async function exists(file: URL): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
