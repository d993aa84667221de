import { type Colour, colourOf, labOf } from './lab.js';

/*
 * The diverging "cool to warm" map of K. Moreland, Diverging Color Maps for Scientific Visualization, ISVC 2009:
 * even in perceived lightness, neutral in the middle, and told apart with any kind of colour blindness. The paper's two ends and
 * middle are joined in Msh, polar CIELAB: M the distance from black, s the angle from grey, h the hue.
 */

type Msh = readonly [m: number, s: number, h: number];

const COOL: Colour = [59, 76, 192];
const WARM: Colour = [180, 4, 38];
const MIDDLE_M = 88;

/** The colour of `value` from −1 (cool) over 0 (light grey) to 1 (warm), 8 bits a channel. */
export function diverging(value: number): Colour {
  const [m, s, h] = value < 0 ? COOL_MSH : WARM_MSH;
  const t = Math.min(1, Math.abs(value));
  const hueAtMiddle = h > -Math.PI / 3 ? h + spin(m, s) : h - spin(m, s);
  return fromMsh([MIDDLE_M + t * (m - MIDDLE_M), t * s, hueAtMiddle + t * (h - hueAtMiddle)]);
}

/** How far the hue turns on the way to grey so that all steps look alike: the paper's section 5.2. */
const spin = (m: number, s: number) =>
  m >= MIDDLE_M ? 0 : (s * Math.sqrt(MIDDLE_M ** 2 - m ** 2)) / (m * Math.sin(s));

function toMsh(colour: Colour): Msh {
  const [lightness, a, b] = labOf(colour);
  const m = Math.hypot(lightness, a, b);
  return [m, Math.acos(lightness / m), Math.atan2(b, a)];
}

const fromMsh = ([m, s, h]: Msh): Colour =>
  colourOf([m * Math.cos(s), m * Math.sin(s) * Math.cos(h), m * Math.sin(s) * Math.sin(h)]);

const COOL_MSH = toMsh(COOL);
const WARM_MSH = toMsh(WARM);
