import { describe, expect, it } from 'vitest';
import type { Circumstances } from './circumstances.js';
import { permissionOf } from './permission.js';
import { rememberedTerms, rememberTerms, type Terms, USUAL_TERMS } from './terms.js';

const noon: Circumstances = { power: 'mains', network: 'fixed', hour: 12 };
const kindOf = (terms: Partial<Terms>, now: Partial<Circumstances>) =>
  permissionOf({ ...USUAL_TERMS, ...terms }, { ...noon, ...now }).kind;

describe('a device computes', () => {
  it('at any time, on any power and network, unless its owner says otherwise', () => {
    expect(kindOf({}, { power: 'battery', network: 'mobile', hour: 3 })).toBe('granted');
  });

  it.each([
    [{ mainsOnly: true }, { power: 'mains' }, 'granted'],
    [{ mainsOnly: true }, { power: 'battery' }, 'withheld'],
    [{ mainsOnly: true }, { power: 'unknown' }, 'granted'],
    [{ wifiOnly: true }, { network: 'fixed' }, 'granted'],
    [{ wifiOnly: true }, { network: 'mobile' }, 'withheld'],
    [{ wifiOnly: true }, { network: 'unknown' }, 'granted'],
  ] as const)('with %o, in %o: %s', (terms, now, kind) => {
    expect(kindOf(terms, now)).toBe(kind);
  });

  it.each([
    [9, 17, 8, 'withheld'],
    [9, 17, 9, 'granted'],
    [9, 17, 16, 'granted'],
    [9, 17, 17, 'withheld'],
    [22, 6, 21, 'withheld'],
    [22, 6, 23, 'granted'],
    [22, 6, 5, 'granted'],
    [22, 6, 6, 'withheld'],
    [7, 7, 3, 'granted'],
  ] as const)('from %d to %d, at %d: %s', (from, to, hour, kind) => {
    expect(kindOf({ hours: { from, to } }, { hour })).toBe(kind);
  });

  it('and says what it waits for', () => {
    expect(permissionOf({ ...USUAL_TERMS, hours: { from: 22, to: 6 } }, noon)).toEqual({
      kind: 'withheld',
      reason: 'It goes on at 22:00',
    });
  });
});

/** As much of a browser's storage as is used. */
function storageWith(text: string | null) {
  const kept = new Map<string, string>(text === null ? [] : [['groundswell.terms', text]]);
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  } as unknown as Storage;
}

describe('terms', () => {
  it('are remembered', () => {
    const storage = storageWith(null);
    const terms: Terms = { ...USUAL_TERMS, share: 30, hours: { from: 22, to: 6 } };
    rememberTerms(storage, terms);
    expect(rememberedTerms(storage)).toEqual(terms);
  });

  it.each([null, '', '{', '{"share":0}', '{"engine":"auto","share":5,"mainsOnly":false,"wifiOnly":false}'])(
    'that cannot be read, %j, are the usual ones',
    (text) => {
      expect(rememberedTerms(storageWith(text))).toEqual(USUAL_TERMS);
      expect(rememberedTerms(undefined)).toEqual(USUAL_TERMS);
    },
  );
});
