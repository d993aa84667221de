import { describe, expect, it } from 'vitest';
import { cellRate, counted, timeLeft } from './words.js';

describe('numbers for people', () => {
  it('gives a rate three digits and the fitting magnitude', () => {
    expect(cellRate(12_345_678)).toBe('12.3 Mcells/s');
    expect(cellRate(2.5e9)).toBe('2.50 Gcells/s');
    expect(cellRate(999)).toBe('999 cells/s');
    expect(cellRate(0)).toBe('0.00 cells/s');
  });

  it('rounds the time left up, so that it never says 0 s before the end', () => {
    expect(timeLeft(0.2)).toBe('1 s left');
    expect(timeLeft(200)).toBe('3 min 20 s left');
    expect(timeLeft(7500)).toBe('2 h 05 min left');
    expect(timeLeft(null)).toBe('time left unknown');
  });

  it('counts one peer and several peers', () => {
    expect(counted(1, 'peer')).toBe('1 peer');
    expect(counted(3, 'peer')).toBe('3 peers');
  });
});
