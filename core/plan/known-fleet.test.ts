import { describe, expect, it } from 'vitest';
import { nearGroups } from './groups.js';
import { KnownFleet, type KnownPeer } from './known-fleet.js';

const peerOf = (id: string, rate: number): KnownPeer => ({
  id,
  ability: { engine: 'wasm', device: 'test', rate, memory: 1e9 },
  owner: 'unknown',
  roundTrip: () => undefined,
});
const [anna, bert, carl] = [peerOf('anna', 1e8), peerOf('bert', 1e8), peerOf('carl', 4e8)];
/** A second of work at `rate`, its starts besides. */
const secondAt = (rate: number) => ({ updates: rate, swept: 0, steps: 0, exchanges: 0, seconds: 1 });

describe('what is known of a peer', () => {
  it('is its claim until it has computed, and then what it did', () => {
    const known = new KnownFleet(({ memory }) => memory);
    expect(known.of([anna]).peers[0]?.rate).toBe(1e8);
    known.computed(anna, secondAt(3e7));
    expect(known.of([anna]).peers[0]?.rate).toBe(3e7);
  });

  it('counts the claims of others for as much as its own came to', () => {
    const known = new KnownFleet(({ memory }) => memory);
    known.computed(anna, secondAt(5e7));
    expect(known.of([anna, bert, carl]).peers.map(({ rate }) => rate)).toEqual([5e7, 5e7, 2e8]);
  });

  it('follows a peer that slows down within three epochs', () => {
    const known = new KnownFleet(({ memory }) => memory);
    for (let epoch = 0; epoch < 8; epoch++) known.computed(anna, secondAt(1e8));
    for (let epoch = 0; epoch < 3; epoch++) known.computed(anna, secondAt(2.5e7));
    expect(known.of([anna]).peers[0]?.rate).toBe(2.5e7);
  });

  it('leaves out what starting took, but never takes all of the time for it', () => {
    const known = new KnownFleet(({ memory }) => memory);
    known.computed(anna, { updates: 1e6, swept: 0, steps: 1000, exchanges: 100, seconds: 0.14 });
    expect(known.of([anna]).peers[0]?.rate).toBeCloseTo(1e7);
    known.computed(bert, { updates: 1e6, swept: 0, steps: 1e6, exchanges: 1e6, seconds: 0.1 });
    expect(known.of([bert]).peers[0]?.rate).toBeCloseTo(5e7);
  });
});

it('what memory takes of a processor is none of its rate; a GPU makes no sweeps', () => {
  const known = new KnownFleet(({ memory }) => memory);
  const gpu: KnownPeer = { ...bert, ability: { ...bert.ability, engine: 'webgpu' } };
  for (const peer of [anna, gpu])
    known.computed(peer, { updates: 8e6, swept: 1e6, steps: 0, exchanges: 0, seconds: 1 });
  expect(known.of([anna, gpu]).peers.map(({ rate }) => rate)).toEqual([9e6, 8e6]);
});

describe('what is known of a link', () => {
  it('is the worse of what both ends say, in either order, and of others better than most are', () => {
    const known = new KnownFleet(({ memory }) => memory);
    known.linked('bert', 'anna', { roundTrip: 0.08, rate: 1e6 });
    known.linked('anna', 'bert', { roundTrip: 0.1 });
    const fleet = known.of([anna, bert, carl]);
    expect(fleet.link(0, 1)).toMatchObject({ roundTrip: 0.1, rate: 1e6 });
    expect(fleet.link(1, 0)).toEqual(fleet.link(0, 1));
    expect(fleet.link(0, 2).roundTrip).toBeLessThan(0.1);
  });

  it('is what was said last: a link that has become better is known to be', () => {
    const known = new KnownFleet(({ memory }) => memory);
    known.linked('anna', 'bert', { roundTrip: 0.5, rate: 1e5 });
    known.linked('anna', 'bert', { roundTrip: 0.02, rate: 1e7 });
    expect(known.of([anna, bert]).link(0, 1)).toMatchObject({ roundTrip: 0.02, rate: 1e7 });
  });

  it('is at least what the ways to the coordinator differ by, until it is measured', () => {
    const known = new KnownFleet(({ memory }) => memory);
    const far = { ...bert, roundTrip: () => 0.12 };
    const near = { ...anna, roundTrip: () => 0.02 };
    expect(known.of([near, far]).link(0, 1).roundTrip).toBeCloseTo(0.1);
    expect(known.of([anna, far]).link(0, 1).roundTrip).toBe(0.01);
  });

  it('is like those that its peers have, until it is measured', () => {
    const known = new KnownFleet(({ memory }) => memory);
    known.linked('anna', 'carl', { roundTrip: 0.1, rate: 1e6 });
    known.linked('bert', 'carl', { roundTrip: 0.08, rate: 1e7 });
    const { roundTrip, rate } = known.of([anna, bert]).link(0, 1);
    expect(roundTrip).toBeCloseTo(0.1);
    expect(rate).toBeCloseTo(1e6);
  });

  it('may be a shorter one, where its peers have near ones and far ones, or one of them has none', () => {
    const known = new KnownFleet(({ memory }) => memory);
    known.linked('anna', 'carl', { roundTrip: 0.1 });
    expect(known.of([anna, bert]).link(0, 1).roundTrip).toBeCloseTo(0.07);
    for (const other of ['dora', 'emil']) {
      known.linked('anna', other, { roundTrip: 0.02 });
      known.linked('bert', other, { roundTrip: 0.02 });
    }
    known.linked('bert', 'carl', { roundTrip: 0.1 });
    for (const other of ['fred', 'gina']) {
      known.linked('anna', other, { roundTrip: 0.1 });
      known.linked('bert', other, { roundTrip: 0.1 });
    }
    expect(known.of([anna, bert]).link(0, 1).roundTrip).toBeCloseTo(0.014);
  });

  it('is short within one network until it is measured, however far the others are, and then what was measured', () => {
    const known = new KnownFleet(({ memory }) => memory);
    const [here, alsoHere] = [anna, bert].map((peer) => ({ ...peer, owner: '203.0.113.7' })) as [
      KnownPeer,
      KnownPeer,
    ];
    known.linked('anna', 'carl', { roundTrip: 0.1, rate: 1e6 });
    known.linked('bert', 'carl', { roundTrip: 0.1, rate: 1e6 });
    const guessed = known.of([here, alsoHere, carl]);
    expect(guessed.link(0, 1).roundTrip).toBeLessThan(0.01);
    expect(guessed.link(0, 1).rate).toBeGreaterThan(1e7);
    expect(nearGroups(guessed).map((group) => group.toSorted())).toContainEqual([0, 1]);
    known.linked('anna', 'bert', { roundTrip: 0.08, rate: 2e6 });
    expect(known.of([here, alsoHere]).link(0, 1)).toMatchObject({ roundTrip: 0.08, rate: 2e6 });
  });

  it('goes with either peer', () => {
    const known = new KnownFleet(({ memory }) => memory);
    known.linked('anna', 'bert', { roundTrip: 0.5 });
    known.forget('bert');
    expect(known.of([anna, bert]).link(0, 1).roundTrip).toBeLessThan(0.05);
  });
});
