import { expect, test } from 'vitest';
import type { LinkFigures } from '../plan/known-fleet.js';
import { LinkNews } from './link-news.js';

test('a link is told of once, and again where its round trip or its rate has changed by a tenth', () => {
  const ways = new Map<string, LinkFigures>([['anna', { roundTrip: 0.05 }]]);
  const news = new LinkNews(() => ways);
  expect(news.take()).toEqual([{ peer: 'anna', roundTrip: 0.05 }]);
  ways.set('anna', { roundTrip: 0.051 });
  expect(news.take()).toEqual([]);
  ways.set('anna', { roundTrip: 0.051, rate: 2e6 });
  expect(news.take()).toEqual([{ peer: 'anna', roundTrip: 0.051, rate: 2e6 }]);
  ways.set('anna', { roundTrip: 0.09, rate: 2e6 });
  expect(news.take()).toMatchObject([{ roundTrip: 0.09 }]);
});

test('more links than one message holds are told of in several', () => {
  const ways = new Map(Array.from({ length: 70 }, (_, i) => [`peer${i}`, { roundTrip: 0.01 }] as const));
  const news = new LinkNews(() => ways);
  expect([news.take(), news.take(), news.take(), news.take()].map(({ length }) => length)).toEqual([
    32, 32, 6, 0,
  ]);
});
