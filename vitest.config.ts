import { readFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vitest/config';

const wgslAsText: Plugin = {
  name: 'wgsl-as-text',
  enforce: 'pre',
  load(id) {
    return id.endsWith('.wgsl') ? `export default ${JSON.stringify(readFileSync(id, 'utf8'))};` : undefined;
  },
};

export default defineConfig({
  plugins: [wgslAsText],
  test: {
    include: ['**/*.test.ts'],
    exclude: ['node_modules/**', 'dist/**'],
    globalSetup: ['test/s3/global-setup.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Seconds where nothing else runs; the slowest machine is given time.
    testTimeout: 240_000,
    hookTimeout: 120_000,
    // `npm test` names the tests that needed it.
    retry: 1,
  },
});
