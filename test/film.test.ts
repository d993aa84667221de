import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { writeFilm } from '../coordinator/export/film.js';
import { Tally } from '../coordinator/export/slabs.js';
import type { StoredArray } from '../coordinator/export/stored-result.js';
import { launchBrowser } from './browser.js';

/** Five snapshots of 12 × 20 cells; in snapshot t the whole plane is at t/2 − 1. */
const film: StoredArray = {
  name: 'psi',
  path: 'film/psi',
  type: 'float32',
  shape: [5, 12, 20],
  chunk: [1, 8, 8],
  dimensions: ['time', 'y', 'x'],
  attributes: {},
  read: async ([time]) => new Float32Array(12 * 20).fill((time?.[0] ?? 0) / 2 - 1),
};

test('a browser plays an exported film: its size, its length, and blue, grey and red where they belong', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'groundswell-film-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'film.mp4');
  await writeFilm(file, film, {
    framesPerSecond: 5,
    tally: new Tally(),
    signal: new AbortController().signal,
  });
  const browser = await launchBrowser();
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  const ends = [
    { time: 0.1, colour: [59, 76, 192] },
    { time: 0.5, colour: [221, 221, 221] },
    { time: 0.9, colour: [180, 4, 38] },
  ];
  const seen = await page.evaluate(
    async ({ source, wanted }) => {
      const video = document.createElement('video');
      const loaded = new Promise((resolve) => video.addEventListener('loadeddata', resolve, { once: true }));
      video.muted = true;
      video.src = source;
      await loaded;
      const canvas = document.createElement('canvas').getContext('2d') as CanvasRenderingContext2D;
      const colours: number[][] = [];
      for (const { time, colour } of wanted) {
        const found = new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }));
        video.currentTime = time;
        await found;
        // The time that was sought may be there before its picture is.
        let drawn: number[] = [];
        for (let tries = 0; tries < 100; tries += 1) {
          canvas.drawImage(video, 0, 0);
          drawn = [...canvas.getImageData(40, 40, 1, 1).data.slice(0, 3)];
          if (drawn.every((value, channel) => Math.abs(value - (colour[channel] as number)) < 16)) break;
          await new Promise((later) => setTimeout(later, 50));
        }
        colours.push(drawn);
      }
      return { size: [video.videoWidth, video.videoHeight], duration: video.duration, colours };
    },
    { source: `data:video/mp4;base64,${(await readFile(file)).toString('base64')}`, wanted: ends },
  );
  expect(seen.size).toEqual([260, 156]);
  expect(seen.duration).toBeCloseTo(1, 1);
  for (const [i, { colour }] of ends.entries()) {
    // A film's colours are those of a picture but for what H.264 loses.
    for (const [channel, value] of colour.entries()) {
      expect(Math.abs((seen.colours[i]?.[channel] ?? 0) - value)).toBeLessThan(16);
    }
  }
});
