import './node-version.mjs';
import { basename, join } from 'node:path';
import { buildIfChanged, buildProgram } from './build.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { root } from './root.mjs';
import { runLoudly, runScript } from './step.mjs';
import { machineForTests } from './test-machine.mjs';

// node scripts/bundle-and-run.mjs ENTRY.ts [ARGUMENTS]: runs a TypeScript program beside the built command.
await runScript(async () => {
  const [entry, ...args] = process.argv.slice(2);
  await ensureDependencies();
  await buildIfChanged();
  const outfile = `dist/programs/${basename(entry, '.ts')}.js`;
  await buildProgram(entry, outfile);
  const { env } = await machineForTests({ install: false });
  return runLoudly(process.execPath, [join(root, outfile), ...args], env);
});
