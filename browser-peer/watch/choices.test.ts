import { describe, expect, test } from 'vitest';
import { choicesIn, searchWith, sightOf } from './choices.js';

const job = {
  shape: [40, 60, 1000] as const,
  dimensions: 3 as const,
  states: [
    { name: 'psi.L', kind: 'wave' as const },
    { name: 'rms2.L', kind: 'tracker' as const },
  ],
};

describe('choices', () => {
  test('come back from the address, beside what else stands there', () => {
    const search =
      '?room=lab&field=rms2.L&plane=x%3A17&turn=-45%2C10&rate=5&colours=light&peak=0.5&marks=off&borders=on&member=7';
    const choices = choicesIn(search);
    expect(choices).toEqual({
      state: 'rms2.L',
      axis: 'x',
      at: 17,
      rate: 5,
      turn: { turn: -45, tilt: 10 },
      colours: 'light',
      peak: 0.5,
      marks: false,
      borders: true,
      member: 7,
    });
    expect(searchWith('?room=lab', choices)).toBe(search);
  });

  test('that nobody made leave the address as it was', () => {
    expect(searchWith('?kiosk', choicesIn('?kiosk'))).toBe('?kiosk=');
    expect(searchWith('', choicesIn(''))).toBe('');
  });

  test.each(['?plane=q:9', '?plane=z:-3', '?rate=many', '?peak=-1', '?colours=rainbow'])(
    'that make no sense (%s) are as good as none',
    (search) => {
      expect(choicesIn(search)).toEqual(choicesIn(''));
    },
  );

  test('of a whole volume are as fine as may travel, and seldom', () => {
    const seen = (shape: readonly [number, number, number]) =>
      sightOf(choicesIn('?plane=all'), { ...job, shape }, 500);
    expect(seen([64, 64, 64])).toEqual({ state: 'psi.L', axis: 'all', stride: 1, rate: 5 });
    expect(seen([512, 512, 512])).toMatchObject({ stride: 8 });
    expect(seen([16, 256, 256])).toMatchObject({ stride: 2 });
    expect(
      sightOf(choicesIn('?plane=all'), { ...job, shape: [1, 60, 80], dimensions: 2 }, 500),
    ).toMatchObject({
      axis: 'z',
    });
    expect(searchWith('', choicesIn('?plane=all'))).toBe('?plane=all');
  });

  test('of what a job has not become what it has', () => {
    expect(sightOf(choicesIn('?field=ghost&plane=y:99'), job, 250)).toEqual({
      state: 'psi.L',
      axis: 'y',
      at: 59,
      stride: 4,
      rate: 15,
    });
    expect(
      sightOf(choicesIn('?plane=x:3'), { ...job, shape: [1, 60, 80], dimensions: 2 }, 500),
    ).toMatchObject({
      axis: 'z',
      at: 0,
      stride: 1,
    });
  });
});
