import type { Fleet, LinkPerformance } from './fleet.js';
import { median } from './robust.js';

/** What is so many times as much as is usual, or less than that part of it, is another thing; anything between is noise. */
const ANOTHER = 1.5;

/** The fleet with links that are alike but for noise made the same: what lies near the median is the median. */
export function levelled(fleet: Fleet): Fleet {
  const links = fleet.peers.flatMap((_, b) => Array.from({ length: b }, (_, a) => fleet.link(a, b)));
  if (links.length === 0) return fleet;
  const usual = {
    roundTrip: median(links.map(({ roundTrip }) => roundTrip)),
    rate: median(links.map(({ rate }) => rate)),
  };
  return {
    ...fleet,
    link: (a, b) => {
      const link = fleet.link(a, b);
      const level = (figure: 'roundTrip' | 'rate') => levelTo(usual[figure], link[figure]);
      return { ...link, roundTrip: level('roundTrip'), rate: level('rate') } satisfies LinkPerformance;
    },
  };
}

function levelTo(usual: number, figure: number): number {
  return figure < usual * ANOTHER && figure > usual / ANOTHER ? usual : figure;
}
