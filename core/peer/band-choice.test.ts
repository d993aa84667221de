import { expect, test } from 'vitest';
import { BandChoice } from './band-choice.js';

/** How often each way is taken in so many exchanges: what bands take the engine, and all at once with waiting, in seconds. */
function taken(choice: BandChoice, exchanges: number, { bands, whole }: { bands: number; whole: number }) {
  const count = { bands: 0, whole: 0 };
  for (let exchange = 0; exchange < exchanges; exchange++) {
    const way = choice.next();
    count[way] += 1;
    if (way === 'bands') choice.computedInBands(bands);
    else choice.tookWhole(whole);
  }
  return count;
}

test('bands are taken where they fit into what all at once takes with its waiting, and the other way is tried now and then', () => {
  const fitting = taken(new BandChoice(), 320, { bands: 1, whole: 1.3 });
  expect(fitting.bands).toBeGreaterThan(300);
  expect(fitting.whole).toBeGreaterThan(1);
  expect(taken(new BandChoice(), 320, { bands: 1.4, whole: 1 }).whole).toBeGreaterThan(300);
});

test('where links become slow, bands are taken up again', () => {
  const choice = new BandChoice();
  taken(choice, 320, { bands: 1.4, whole: 1 });
  expect(taken(choice, 320, { bands: 1.4, whole: 5 }).bands).toBeGreaterThan(200);
});
