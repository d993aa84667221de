import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

describe('the program', () => {
  let folder: string;
  beforeAll(async () => {
    // Inside the repository, so that the program finds the packages it leaves out.
    folder = mkdtempSync(fileURLToPath(new URL('./program-', import.meta.url)));
    await build({
      entryPoints: ['run', 'gpu'].map((name) => fileURLToPath(new URL(`./${name}.ts`, import.meta.url))),
      outdir: folder,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      loader: { '.wgsl': 'text' },
    });
    writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const bench = (args: readonly string[], env = {}) => {
    const options = { env: { ...process.env, ...env }, encoding: 'utf8' } as const;
    return spawnSync(process.execPath, [join(folder, 'run.js'), 'gpu', ...args], options);
  };

  it.each([
    [
      'a card that is not there',
      ['--gpu', 'nonsense'],
      /^bench gpu: --gpu: there is none called "nonsense"\. Dawn finds /,
    ],
    ['a memory that is no number', ['--memory', 'abc'], /^bench gpu: --memory: "abc" is no size\. Give GiB/],
    ['no memory at all', ['--memory=-1'], /^bench gpu: --memory: "-1" is no size/],
    ['an option that does not exist', ['--card', '1'], /^bench gpu: Unknown option '--card'/],
  ])('refuses %s with status 2, in one line', (_, args, line) => {
    const { status, stdout, stderr } = bench(args);
    expect(stderr).toMatch(line);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stdout).toBe('');
    expect(status).toBe(2);
  });

  it('says so and ends with 0 where there is neither a GPU nor a driver for one, even for one that is named', () => {
    const nothing = { LD_LIBRARY_PATH: '', VK_ICD_FILENAMES: join(folder, 'none.json') };
    for (const args of [[], ['--gpu', 'H100']]) {
      const { status, stdout } = bench(args, nothing);
      expect(stdout).toMatch(/^No GPU to measure: .+\nNo figures: what was written before stays\.\n$/);
      expect(status).toBe(0);
    }
  });
});
