import './node-version.mjs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildIfChanged } from './build.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { root } from './root.mjs';
import { runScript } from './step.mjs';

// npm start: everything from a fresh clone to a running job. Further flags go to `groundswell run`.
await runScript(async () => {
  await ensureDependencies();
  await buildIfChanged();
  const command = join(root, 'dist/groundswell.js');
  const job = join(root, 'examples/openwave-waves.yaml');
  process.argv.splice(1, 1, command, 'run', job, '--peers', '2', '--keep');
  // In this process, so that signals and the terminal reach the command without a go-between.
  await import(pathToFileURL(command).href);
  return process.exitCode;
});
