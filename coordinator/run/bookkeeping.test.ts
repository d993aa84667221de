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
  test('is asked about, and those who stay silent are named', () => {
    const watch = new StallWatch(0);
    expect(watch.check(14_000, ['anna', 'bert'])).toEqual({ kind: 'none' });
    expect(watch.check(15_000, ['anna', 'bert'])).toEqual({ kind: 'ask', peers: ['anna', 'bert'] });
    watch.answered('anna');
    expect(watch.check(19_000, ['anna', 'bert'])).toEqual({ kind: 'none' });
    expect(watch.check(20_000, ['anna', 'bert'])).toEqual({ kind: 'silent', peers: ['bert'] });
  });

  test('of a run that moves again is forgotten', () => {
    const watch = new StallWatch(0);
    watch.check(15_000, ['anna']);
    watch.moved(16_000);
    expect(watch.check(21_000, ['anna'])).toEqual({ kind: 'none' });
    expect(watch.check(31_000, ['anna']).kind).toBe('ask');
  });

  test('in which everybody answers ends in a new plan, in the end', () => {
    const watch = new StallWatch(0);
    for (let now = 0; now < 60_000; now += 1000) {
      expect(watch.check(now, ['anna']).kind).not.toBe('stuck');
      watch.answered('anna');
    }
    expect(watch.check(60_000, ['anna']).kind).toBe('stuck');
  });

  test('of a run that is always slow takes as much longer', () => {
    const watch = new StallWatch(0);
    watch.moved(30_000);
    expect(watch.check(30_000 + 299_000, ['anna']).kind).not.toBe('stuck');
    expect(watch.check(30_000 + 300_000, ['anna']).kind).toBe('stuck');
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
