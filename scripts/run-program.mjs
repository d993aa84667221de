import './node-version.mjs';
import { basename, dirname, join } from 'node:path';
import { buildIfChanged, buildPrograms } from './build.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { root } from './root.mjs';
import { runLoudly, runScript } from './step.mjs';
import { machineForTests } from './test-machine.mjs';

// node scripts/run-program.mjs ENTRY.ts [ARGUMENTS]: runs a TypeScript program, the built command beside it.
await runScript(async () => {
  const [entry, ...args] = process.argv.slice(2);
  await ensureDependencies();
  await buildIfChanged();
  const folder = await buildPrograms(dirname(entry));
  const { env } = await machineForTests({ install: false });
  return runLoudly(process.execPath, [join(root, folder, `${basename(entry, '.ts')}.js`), ...args], env);
});
