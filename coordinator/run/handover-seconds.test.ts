import { describe, expect, it } from 'vitest';
import { KnownFleet } from '../../core/plan/known-fleet.js';
import type { PlanShards } from '../../core/protocol/plan.js';
import { handoverSeconds } from './handover-seconds.js';

const layers = (peer: string, from: number, to: number): PlanShards[number] => ({
  peer,
  box: { lo: [from, 0, 0], hi: [to, 10, 10] },
});
const before = [layers('anna', 0, 10), layers('bert', 10, 20)];
const source = { kind: 'transfer', shards: before } as const;
const BYTES_OF_CELL = 10;
/** What a layer's cells have. */
const LAYER = 1000;

/** Peers that have told each other's links, both ends the same, but for `liar`'s own words. */
function told(rate: number, { liar, word = rate }: { liar?: string; word?: number } = {}): KnownFleet {
  const known = new KnownFleet(({ memory }) => memory);
  const peers = ['anna', 'bert', 'carl', 'dora'];
  for (const end of peers) {
    for (const other of peers) {
      if (end !== other) known.linked(end, other, { roundTrip: 0.05, rate: end === liar ? word : rate });
    }
  }
  return known;
}

describe('how long a handover is expected to take', () => {
  const carlJoins = { source, shards: [layers('anna', 0, 8), layers('carl', 8, 12), layers('bert', 12, 20)] };

  it('is what the busiest peer takes, over the links that cells travel', () => {
    expect(handoverSeconds(carlJoins, BYTES_OF_CELL, () => LAYER)).toBe(4);
    const rates = (giver: string) => (giver === 'anna' ? LAYER : LAYER / 4);
    expect(handoverSeconds(carlJoins, BYTES_OF_CELL, rates)).toBe(10);
  });

  it('counts what shadows are given, and nothing that stays', () => {
    expect(handoverSeconds({ source, shards: before }, BYTES_OF_CELL, () => 1)).toBe(0);
    const shadowed = { source, shards: before, shadows: [{ peer: 'dora', shard: 1 }] };
    expect(handoverSeconds(shadowed, BYTES_OF_CELL, () => LAYER)).toBe(10);
  });

  it('is nothing where the state comes from the store', () => {
    const stored = { source: { kind: 'checkpoint', seal: 1 }, shards: before } as const;
    expect(handoverSeconds(stored, BYTES_OF_CELL, () => 1)).toBe(0);
  });

  it.each(['anna', 'carl', 'dora'])('is not prolonged by what %s alone says of its links', (liar) => {
    const { transferRates } = told(LAYER, { liar, word: 1 });
    expect(handoverSeconds(carlJoins, BYTES_OF_CELL, transferRates)).toBe(4);
  });

  it('goes by the usual link where only one end has told', () => {
    const known = told(LAYER);
    known.linked('emma', 'anna', { roundTrip: 0.05, rate: 1 });
    const emmaJoins = { source, shards: [layers('emma', 0, 10), layers('bert', 10, 20)] };
    expect(handoverSeconds(emmaJoins, BYTES_OF_CELL, known.transferRates)).toBe(10);
  });

  it('is long where both ends measure a slow link', () => {
    expect(handoverSeconds(carlJoins, BYTES_OF_CELL, told(LAYER / 100).transferRates)).toBe(400);
  });
});
