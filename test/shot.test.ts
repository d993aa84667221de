import { expect, it } from 'vitest';
import { launchBrowser } from './browser.js';
import { Fleet } from './fleet.js';
it('shot', async () => {
  const fleet = await Fleet.start({ pages: 'dist/pages' });
  await fleet.join({ name: 'Lab server' });
  await fleet.join({ name: 'Old laptop', rate: 6e7 });
  const browser = await launchBrowser();
  const page = await browser.newPage({ viewport: { width: 1180, height: 900 } });
  await page.goto(`${fleet.url}/lab`);
  await page.getByLabel('Token').fill(fleet.token);
  await page.getByRole('button', { name: 'Use it' }).click();
  await page.getByLabel('Job file').fill(`name: drop
title: A drop in a box
model: wave
grid: { shape: [64, 96, 128], spacing: 0.01, unit: m, brick: 16 }
time: { steps: 3000, unit: ms }
parameters: { speed: 0.343 }
initial:
  psi: { formula: gaussian, amplitude: 1, sigma: 0.05 }
probes:
  ear: { at: { z: 32, y: 48, x: 80 }, fields: [psi] }
outputs:
  end: { fields: [psi] }
run: { peers: 2, use: all }
`);
  await page.getByText('is fine').waitFor();
  await page.getByRole('button', { name: 'Hand it in' }).click();
  await page.waitForFunction(() => Number(document.querySelector<HTMLElement>('figure.plot')?.dataset.points) > 500, undefined, { timeout: 120000 });
  await page.getByText('Old laptop and Lab server').or(page.getByText('Lab server and Old laptop')).first().waitFor();
  await page.screenshot({ path: '/tmp/lab-shots/running.png', fullPage: true });
  await browser.close();
  for (const id of fleet.jobs()) fleet.stop(id);
  await fleet.close();
  expect(1).toBe(1);
});
