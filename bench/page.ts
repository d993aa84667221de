import { type FirstVisit, firstVisit, ratesAt } from './first-visit/visit.js';
import type { Figure } from './harness.js';

const VISITS = 5;
const SECONDS_A_SHARE = 8;

/**
 * The contribute page in Chromium: how soon a first visitor computes, what that visitor is sent, and whether a share holds.
 * (`npm run bench:page` is something else: it writes `docs/performance.md`.)
 */
export async function bench(): Promise<Figure[]> {
  const visits: FirstVisit[] = [];
  for (let visit = 0; visit < VISITS; visit++) visits.push(await firstVisit());
  const [full = Number.NaN, quarter = Number.NaN, again = Number.NaN] = await ratesAt(
    [100, 25, 100],
    SECONDS_A_SHARE,
  );
  const seconds = visits.map((visit) => visit.seconds);
  return [
    {
      name: 'first_cell_s',
      value: median(seconds),
      unit: 's',
      note: `median of ${VISITS} first visits, ${spread(seconds)}: a new Chromium each, from the address to cells that the page shows`,
    },
    {
      name: 'page_kb',
      value: median(visits.map(({ bytes }) => bytes)) / 1000,
      unit: 'kB',
      note: 'all that the coordinator sends until then: headers, pages, the engine, the room',
    },
    {
      name: 'throttle_25',
      value: quarter / ((full + again) / 2),
      unit: '1',
      note: `rate at 25% to the rate at 100% before and after, ${SECONDS_A_SHARE} s each: wasm in a tab, 128³`,
    },
  ];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

const spread = (values: readonly number[]) =>
  `${Math.min(...values).toPrecision(3)} to ${Math.max(...values).toPrecision(3)}`;
