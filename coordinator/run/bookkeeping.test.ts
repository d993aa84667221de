import { describe, expect, test } from 'vitest';
import { RateMeter } from '../../core/protocol/rate-meter.js';
import { Ledger } from './ledger.js';
import { StallWatch } from './stall-watch.js';
import { Strikes } from './strikes.js';

describe('the ledger', () => {
  test('is settled through a step only when nobody owes anything at or before it', () => {
    const ledger = new Ledger();
    ledger.owe(20, ['anna', 'bert']);
    ledger.owe(40, ['anna']);
    ledger.paid(20, 'anna');
    expect(ledger.settledThrough(19)).toBe(true);
    expect(ledger.settledThrough(20)).toBe(false);
    expect(ledger.owes('bert')).toBe(true);
    ledger.paid(20, 'bert');
    expect(ledger.settledThrough(39)).toBe(true);
    expect(ledger.settledThrough(40)).toBe(false);
  });

  test('forgets everything when a run goes back', () => {
    const ledger = new Ledger();
    ledger.owe(20, ['anna']);
    ledger.clear();
    expect(ledger.settledThrough(40)).toBe(true);
    expect(ledger.owes('anna')).toBe(false);
  });
});

describe('the rate', () => {
  test('is that of the last seconds', () => {
    const meter = new RateMeter(5);
    expect(meter.rate(0)).toBe(0);
    for (let at = 0; at <= 10; at++) meter.add(at, 100);
    for (let at = 11; at <= 20; at++) meter.add(at, 10);
    expect(meter.rate(20)).toBe(10);
  });

  test('of peers that report seldom is told all the same', () => {
    const meter = new RateMeter(5);
    for (let at = 0; at <= 100; at += 20) meter.add(at, 1000);
    expect(meter.rate(100)).toBe(50);
  });
});

describe('a stall', () => {
  const both = ['anna', 'bert'];
  const idle = { step: 8, busy: false };
  const watching = (...epochs: number[]) => {
    const watch = new StallWatch(0);
    watch.begins(0, both);
    let now = 0;
    for (const took of epochs) {
      now += took;
      for (const peer of both) watch.reported(peer, now);
      watch.moved(now);
    }
    return watch;
  };

  test('is asked about, and those who stay silent are named', () => {
    const watch = watching();
    expect(watch.check(14_000, both)).toEqual({ kind: 'none' });
    expect(watch.check(15_000, both)).toEqual({ kind: 'ask', peers: both });
    watch.answered('anna', idle, 15_100);
    expect(watch.check(16_000, both)).toEqual({ kind: 'none' });
    expect(watch.check(17_000, both)).toMatchObject({ kind: 'ask' });
    watch.answered('anna', idle, 17_100);
    expect(watch.check(20_000, both)).toEqual({ kind: 'silent', peers: ['bert'] });
  });

  test('is asked about within seconds where epochs were short and regular, and later where they were not', () => {
    expect(watching(400, 500, 450, 400).check(3_700, both)).toEqual({ kind: 'none' });
    expect(watching(400, 500, 450, 400).check(3_800, both)).toEqual({ kind: 'ask', peers: both });
    expect(watching(400, 3_000, 900, 1_500).check(5_800 + 6_000, both)).toEqual({ kind: 'none' });
  });

  test('of a peer that may not go on is none', () => {
    const watch = watching(500, 500, 500, 500);
    expect(watch.check(9_000, ['anna'])).toEqual({ kind: 'ask', peers: ['anna'] });
  });

  test('of a peer that still makes steps is slowness; whose engine makes none, is frozen', () => {
    const watch = watching(500, 500, 500, 500);
    for (let now = 4_000; now < 14_000; now += 1_000) {
      expect(watch.check(now, both).kind).not.toBe('frozen');
      watch.answered('anna', { step: now, busy: true }, now);
      watch.answered('bert', { step: 8, busy: true }, now);
    }
    watch.answered('anna', { step: 14_000, busy: true }, 14_000);
    expect(watch.check(14_000, both)).toEqual({ kind: 'frozen', peer: 'bert', seconds: 10 });
  });

  test('of a peer that waits for others is not its own', () => {
    const watch = watching(500, 500, 500, 500);
    for (let now = 4_000; now < 40_000; now += 1_000) {
      expect(['none', 'ask']).toContain(watch.check(now, both).kind);
      for (const peer of both) watch.answered(peer, idle, now);
    }
  });

  test('in which everybody answers ends in a new plan, in the end', () => {
    const watch = watching();
    for (let now = 0; now < 60_000; now += 1000) {
      expect(watch.check(now, ['anna']).kind).not.toBe('stuck');
      watch.answered('anna', idle, now);
    }
    expect(watch.check(60_000, ['anna']).kind).toBe('stuck');
  });

  test('of a plan whose shards take minutes to change hands is none before they should be there', () => {
    const watch = watching();
    watch.begins(0, both, 60_000);
    expect(watch.check(239_000, []).kind).not.toBe('stuck');
    expect(watch.check(240_000, []).kind).toBe('stuck');
  });

  test('is no longer forgiven once all have their shards', () => {
    const watch = watching();
    watch.begins(0, both, 60_000);
    watch.loaded();
    expect(watch.check(59_000, []).kind).not.toBe('stuck');
    expect(watch.check(60_000, []).kind).toBe('stuck');
  });

  test('ends after ten minutes, whatever was to take longer', () => {
    const watch = watching();
    watch.begins(0, both, 7 * 24 * 3_600_000);
    expect(watch.check(599_000, []).kind).not.toBe('stuck');
    expect(watch.check(600_000, []).kind).toBe('stuck');
  });

  test('of a run that is always slow takes as much longer', () => {
    const watch = watching();
    watch.moved(30_000);
    expect(watch.check(30_000 + 299_000, []).kind).not.toBe('stuck');
    expect(watch.check(30_000 + 300_000, []).kind).toBe('stuck');
  });
});

describe('strikes', () => {
  test('one failure is chance, two leave a peer out', () => {
    const strikes = new Strikes();
    expect(strikes.alone('broken')).toBeUndefined();
    expect(strikes.alone('broken')).toBe('broken');
    expect(strikes.isBenched('broken')).toBe(true);
  });

  test('of two that cannot reach each other the slower is left out', () => {
    const strikes = new Strikes();
    expect(strikes.pair('slow', 'fast')).toBeUndefined();
    expect(strikes.pair('slow', 'fast')).toBe('slow');
    expect(strikes.isBenched('fast')).toBe(false);
  });

  test('a peer that fails with two others is left out, however fast it is', () => {
    const strikes = new Strikes();
    expect(strikes.pair('slow', 'fast')).toBeUndefined();
    expect(strikes.pair('other', 'fast')).toBe('fast');
  });

  test('failures with a peer that has gone since are not held against the one that stayed', () => {
    const strikes = new Strikes();
    strikes.pair('killed', 'fast');
    strikes.forget('killed');
    expect(strikes.pair('other', 'fast')).toBeUndefined();
  });
});
