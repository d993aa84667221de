import './node-version.mjs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { root } from './root.mjs';
import { commandStep, runLoudly, runScript } from './step.mjs';
import { machineForTests } from './test-machine.mjs';

const ROOMS = ['core', 'shaders', 'coordinator', 'peer-node', 'browser-peer'];

// npm test [-- FILTER]: set-up, every check, then the tests whose path contains FILTER.
await runScript(async () => {
  await ensureDependencies();
  const { env, unchecked } = await machineForTests({ install: true });
  for (const what of unchecked) console.log(`- not checked here: ${what}`);

  await tool('format and lint', 'biome', ['check', '--error-on-warnings', '.']);
  await tool('types of core and shaders', 'tsc', ['-p', 'tsconfig.core.json']);
  await tool('types of coordinator, peer-node and tests', 'tsc', ['-p', 'tsconfig.json']);
  await tool('types of browser-peer', 'tsc', ['-p', 'tsconfig.browser.json']);
  await tool('layers', 'depcruise', ['--config', 'scripts/layers.config.mjs', ...ROOMS]);
  await tool('dead code', 'knip', ['--config', 'scripts/knip.json', '--no-progress']);
  await build();
  return runTests(env);
});

async function tool(name, command, args) {
  await commandStep(name, join(root, 'node_modules/.bin', command), args);
}

/** Runs vitest in the open and ends with the count. Resolves to the exit status. */
async function runTests(env) {
  const folder = await mkdtemp(join(tmpdir(), 'groundswell-test-'));
  try {
    const report = join(folder, 'report.json');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const code = await runLoudly(
      process.execPath,
      [vitest, 'run', ...reporters, ...process.argv.slice(2)],
      env,
    );
    const counts = await readFile(report, 'utf8').then(countOf, () => undefined);
    if (counts) {
      for (const { name, why } of counts.secondTry)
        console.log(`- passed at the second try only: ${name}: ${why}`);
      console.log(`${counts.passed} passed, ${counts.failed} failed`);
    }
    return code;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * A file that cannot be loaded holds no tests, and counts as one failure. Tests that failed and then passed are named:
 * whole systems run on machines that may be too busy for a moment, but what happens often is a fault.
 */
function countOf(report) {
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(report);
  const unloaded = testResults.filter(({ status, assertionResults }) => {
    return status === 'failed' && assertionResults.length === 0;
  });
  const secondTry = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status, failureMessages }) => status === 'passed' && failureMessages.length > 0)
    .map(({ fullName, failureMessages: [why = ''] }) => ({ name: fullName, why: why.split('\n')[0] }));
  return { passed: numPassedTests, failed: numFailedTests + unloaded.length, secondTry };
}
