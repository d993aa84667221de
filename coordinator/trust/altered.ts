import { randomInt } from 'node:crypto';
import type { Given } from './inquiries.js';

/** Of the largest value: much beside rounding, little enough that what comes of it stays finite. */
const BY = 0.01;

/** The same with one cell off, of the state or of a halo; undefined where nothing is given that could be. */
export function altered({ start, received }: Given): Given | undefined {
  if (start.kind === 'cells') return { start: { kind: 'cells', cells: oneOff(start.cells) }, received };
  const places = received.flatMap((row, at) =>
    row.flatMap(({ length }, of) => (length > 0 ? [{ at, of }] : [])),
  );
  if (places.length === 0) return undefined;
  const place = places[randomInt(places.length)] as (typeof places)[number];
  const rows = received.map((row, at) =>
    row.map((halo, of) => (at === place.at && of === place.of ? oneOff(halo) : halo)),
  );
  return { start, received: rows };
}

function oneOff(cells: Float32Array): Float32Array {
  const peak = cells.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const at = randomInt(cells.length);
  return cells.with(at, (cells[at] as number) + BY * (peak || 1));
}
