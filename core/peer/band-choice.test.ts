import { expect, test } from 'vitest';
import { BandChoice, type Way } from './band-choice.js';

/** How often each way is taken in so many exchanges. */
function taken(choice: BandChoice, exchanges: number, seconds: Readonly<Record<Way, number>>) {
  const count = { bands: 0, whole: 0 };
  for (let exchange = 0; exchange < exchanges; exchange++) {
    const way = choice.next();
    count[way] += 1;
    choice.took(way, seconds[way]);
  }
  return count;
}

test('the quicker way is taken, and the other tried now and then', () => {
  expect(taken(new BandChoice(), 320, { bands: 1, whole: 1.3 }).bands).toBeGreaterThan(300);
  expect(taken(new BandChoice(), 320, { bands: 1.4, whole: 1 }).whole).toBeGreaterThan(300);
});

test('where links become slow, bands are taken up again', () => {
  const choice = new BandChoice();
  taken(choice, 320, { bands: 1.4, whole: 1 });
  expect(taken(choice, 320, { bands: 3, whole: 5 }).bands).toBeGreaterThan(200);
});
