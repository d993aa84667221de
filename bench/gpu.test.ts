import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { dawnAdapter } from '../shaders/webgpu/dawn.suite.js';
import { measureGpu, TRIAL } from './gpu/measure.js';

it('the GPU bench finds a rate and a share for each size, radius, medium and format, and the largest grid that fits', async () => {
  const figures = await measureGpu(dawnAdapter, TRIAL);
  const names = figures.map(({ name }) => name);
  for (const size of ['24', 'largest']) {
    for (const kind of ['r1', 'r1_media', 'r2', 'r2_media', 'r1_f16', 'r2_media_f16']) {
      expect(names).toContain(`gpu_rate_${size}_${kind}`);
      expect(names).toContain(`gpu_share_${size}_${kind}`);
    }
  }
  for (const { value } of figures) expect(value).toBeGreaterThan(0);
  expect(figures.find(({ name }) => name === 'gpu_rate_largest_r1')?.note).toMatch(
    /^32³, radius 1, one medium/,
  );
});

it('where there is neither a GPU nor a driver for one, it says so, and has no figures', async () => {
  // Inside the repository, so that the program finds the packages it leaves out.
  const folder = mkdtempSync(fileURLToPath(new URL('./no-gpu-', import.meta.url)));
  try {
    const bundle = join(folder, 'gpu.mjs');
    await build({
      entryPoints: [fileURLToPath(new URL('./gpu.ts', import.meta.url))],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      loader: { '.wgsl': 'text' },
    });
    const program = join(folder, 'program.mjs');
    writeFileSync(program, "import { bench } from './gpu.mjs';\nconsole.log(await bench());\n");
    const env = { ...process.env, LD_LIBRARY_PATH: '', VK_ICD_FILENAMES: join(folder, 'none.json') };
    const said = execFileSync(process.execPath, [program], { env, encoding: 'utf8' });
    expect(said).toMatch(/^No GPU to measure: .+\n\[\]\n$/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
