import { describe, expect, test } from 'vitest';
import type { Volume } from '../../../core/watch/plane.js';
import { cornersOf, project } from './projection.js';
import { radiusOf, turnedBy } from './turn.js';

const [LAYERS, ROWS, COLUMNS] = [5, 7, 9];
const volume: Volume = {
  step: 1,
  layers: LAYERS,
  rows: ROWS,
  columns: COLUMNS,
  values: Float32Array.from({ length: LAYERS * ROWS * COLUMNS }, (_, i) => Math.sin(i * 12.9898) * 3),
  error: 0,
};
const at = (z: number, y: number, x: number) => volume.values[(z * ROWS + y) * COLUMNS + x] as number;
const strongest = (values: readonly number[]) =>
  values.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most));

const whole = { lo: [0, 0, 0], hi: [COLUMNS, ROWS, LAYERS] } as const;

const SIZE = 64;
/** Where a pixel's middle lies, in samples from the volume's first corner. */
const place = (pixel: number, length: number) =>
  radiusOf([COLUMNS, ROWS, LAYERS]) * ((2 * pixel + 1) / SIZE - 1) + length / 2;

describe('a volume that is looked through', () => {
  test.each([
    {
      along: 'z',
      turn: { turn: 0, tilt: 0 },
      across: COLUMNS,
      up: ROWS,
      line: (x: number, y: number) => Array.from({ length: LAYERS }, (_, z) => at(z, y, x)),
    },
    {
      along: 'x, from its far end',
      turn: { turn: 90, tilt: 0 },
      across: LAYERS,
      up: ROWS,
      line: (z: number, y: number) => Array.from({ length: COLUMNS }, (_, x) => at(LAYERS - 1 - z, y, x)),
    },
    {
      along: 'y, from above',
      turn: { turn: 0, tilt: 90 },
      across: COLUMNS,
      up: LAYERS,
      line: (x: number, z: number) => Array.from({ length: ROWS }, (_, y) => at(LAYERS - 1 - z, y, x)),
    },
  ])('along $along shows the value farthest from 0 of each line', ({ turn, across, up, line }) => {
    const picture = project(volume, turn, SIZE);
    for (let down = 0; down < SIZE; down++) {
      for (let column = 0; column < SIZE; column++) {
        const [a, b] = [Math.floor(place(column, across)), Math.floor(place(SIZE - 1 - down, up))];
        const value = picture[down * SIZE + column];
        if (a < 0 || a >= across || b < 0 || b >= up) expect(value).toBeNaN();
        else expect(value).toBe(strongest(line(a, b)));
      }
    }
  });

  test('is seen whole however it is turned, and nothing beside it', () => {
    for (const turn of [
      { turn: 30, tilt: 25 },
      { turn: -135, tilt: -70 },
    ]) {
      const picture = project(volume, turn, SIZE);
      const rim = [...picture.keys()].filter((i) => i % SIZE === 0 || i < SIZE);
      expect(rim.every((i) => Number.isNaN(picture[i]))).toBe(true);
      const peak = strongest([...volume.values]);
      expect([...picture]).toContain(peak);
      for (const [across, down] of cornersOf(whole, whole.hi, turn)) {
        expect(Math.hypot(across - 0.5, down - 0.5)).toBeLessThanOrEqual(0.5);
      }
    }
  });

  test('has its frame where its samples are', () => {
    const corners = cornersOf(whole, whole.hi, { turn: 0, tilt: 0 });
    const [across, up] = [COLUMNS, ROWS].map((length) => length / (4 * radiusOf(whole.hi)));
    expect(corners[0]).toEqual([0.5 - (across as number), 0.5 + (up as number)]);
    expect(corners[7]).toEqual([0.5 + (across as number), 0.5 - (up as number)]);
  });

  test('lets what nobody knows be clear', () => {
    const unknown = { ...volume, values: volume.values.map(() => Number.NaN) };
    expect(project(unknown, { turn: 10, tilt: 10 }, 16).every(Number.isNaN)).toBe(true);
  });
});

test('a turn goes all around, and a tilt ends straight above and below', () => {
  expect(turnedBy({ turn: 178, tilt: 88 }, 5, 5)).toEqual({ turn: -177, tilt: 90 });
  expect(turnedBy({ turn: -178, tilt: -88 }, -5, -5)).toEqual({ turn: 177, tilt: -90 });
});
