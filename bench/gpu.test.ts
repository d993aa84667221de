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
