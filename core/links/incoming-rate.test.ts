import { expect, test } from 'vitest';
import { IncomingRate } from './incoming-rate.js';

const PIECE = 16 * 1024;

function played() {
  let clock = 5;
  const rate = new IncomingRate(() => clock);
  /** A message of so many pieces, each a hundredth of a second after the one before; then silence. */
  const message = (pieces: number) => {
    for (let piece = 1; piece <= pieces; piece++) {
      rate.came(PIECE, piece === pieces);
      clock += piece < pieces ? 0.01 : 100;
    }
  };
  return { rate, message };
}

test('it is that of the bytes after a message’s first piece, and silence does not count', () => {
  const { rate, message } = played();
  message(5);
  message(9);
  expect(rate.value).toBeCloseTo(PIECE / 0.01);
});

test('messages of one piece tell nothing, and those of two are put together until they do', () => {
  const { rate, message } = played();
  for (let count = 0; count < 9; count++) message(1);
  message(2);
  expect(rate.value).toBeUndefined();
  message(2);
  expect(rate.value).toBeCloseTo(PIECE / 0.01);
});
