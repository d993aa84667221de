import { type Colour, colourOf, type Lab } from './lab.js';

/** From a dark blue to a light yellow: blue and yellow are told apart with all common kinds of colour blindness. */
const DARK: Lab = [12, 40, -50];
const LIGHT: Lab = [96, -20, 80];

/**
 * The colour of `value` from 0 (dark) to 1 (light). A straight line in CIELAB, so equal steps look alike, and lightness alone
 * tells which is more.
 */
export function sequential(value: number): Colour {
  return colourOf(alongLine(Math.min(1, Math.max(0, value))));
}

/** The point of the line at `t`, 0 to 1. */
export const alongLine = (t: number): Lab => [
  DARK[0] + t * (LIGHT[0] - DARK[0]),
  DARK[1] + t * (LIGHT[1] - DARK[1]),
  DARK[2] + t * (LIGHT[2] - DARK[2]),
];
