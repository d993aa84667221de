import { access } from 'node:fs/promises';
import { type BenchModule, isUsageError, measure, printReport, writeReport } from './harness.js';

const [name = ''] = process.argv.slice(2);
// `npm run bench` has bundled every benchmark next to this file.
const bundle = new URL(`./${name}.js`, import.meta.url);

if (!/^[a-z][a-z0-9-]*$/.test(name) || !(await exists(bundle))) {
  console.error(`There is no benchmark '${name}'. npm run bench -- NAME runs bench/NAME.ts.`);
  process.exitCode = 2;
} else {
  const module: Partial<BenchModule> = await import(bundle.href);
  if (!module.bench) throw new TypeError(`bench/${name}.ts exports no function bench`);
  await reported({ bench: module.bench });
}

async function reported(module: BenchModule): Promise<void> {
  try {
    const report = await measure(name, module);
    if (report.figures.length === 0) return console.log('No figures: what was written before stays.');
    printReport(report);
    console.log(await writeReport('bench/out', report));
  } catch (error) {
    if (!isUsageError(error)) throw error;
    console.error(`bench ${name}: ${error.message}`);
    process.exitCode = 2;
  }
}

async function exists(file: URL): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
