import { describe, expect, test } from 'vitest';
import { choicesIn, searchWith, viewOf } from './choices.js';

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
      '?room=lab&field=rms2.L&plane=x%3A17&rate=5&colours=light&peak=0.5&marks=off&borders=on&member=7';
    const choices = choicesIn(search);
    expect(choices).toEqual({
      state: 'rms2.L',
      axis: 'x',
      at: 17,
      rate: 5,
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

  test('of what a job has not become what it has', () => {
    expect(viewOf(choicesIn('?field=ghost&plane=y:99'), job, 250)).toEqual({
      state: 'psi.L',
      axis: 'y',
      at: 59,
      stride: 4,
      rate: 15,
    });
    expect(viewOf(choicesIn('?plane=x:3'), { ...job, shape: [1, 60, 80], dimensions: 2 }, 500)).toMatchObject(
      {
        axis: 'z',
        at: 0,
        stride: 1,
      },
    );
  });
});
