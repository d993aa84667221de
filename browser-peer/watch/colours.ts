import { diverging } from '../../core/colour/diverging.js';
import { sequential } from '../../core/colour/sequential.js';

export const COLOUR_MAPS = ['diverging', 'light'] as const;
/** `diverging`: blue below 0, red above. `light`: dark is 0, light is the most. */
export type ColourMapName = (typeof COLOUR_MAPS)[number];

/** Colours in a table: one for the middle of `diverging` too. */
export const SHADES = 255;

/** `[SHADES]` colours, red, green, blue and opacity, 8 bits each. */
export function tableOf(name: ColourMapName): Uint8ClampedArray {
  const table = new Uint8ClampedArray(4 * SHADES);
  for (let shade = 0; shade < SHADES; shade++) {
    const t = shade / (SHADES - 1);
    const [red, green, blue] = name === 'diverging' ? diverging(2 * t - 1) : sequential(t);
    table.set([red, green, blue, 255], 4 * shade);
  }
  return table;
}

/** The values at both ends of a table, where `peak` is the most that is shown. */
export function endsOf(name: ColourMapName, peak: number): readonly [low: number, high: number] {
  return name === 'diverging' ? [-peak, peak] : [0, peak];
}
