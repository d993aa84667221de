/*
 * The diverging "cool to warm" map of K. Moreland, Diverging Color Maps for Scientific Visualization, ISVC 2009:
 * even in perceived lightness, neutral in the middle, and told apart with any kind of colour blindness. The paper's two ends and
 * middle are joined in Msh, polar CIELAB: M the distance from black, s the angle from grey, h the hue.
 */

type Colour = readonly [red: number, green: number, blue: number];
type Msh = readonly [m: number, s: number, h: number];

const COOL: Colour = [59, 76, 192];
const WARM: Colour = [180, 4, 38];
const MIDDLE_M = 88;

/** CIE D65, 2 degrees. */
const WHITE: Colour = [0.95047, 1, 1.08883];

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
  const [r, g, b] = colour.map((channel) => {
    const c = channel / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as unknown as Colour;
  const xyz: Colour = [
    0.4124564 * r + 0.3575761 * g + 0.1804375 * b,
    0.2126729 * r + 0.7151522 * g + 0.072175 * b,
    0.0193339 * r + 0.119192 * g + 0.9503041 * b,
  ];
  const [fx, fy, fz] = xyz.map((value, i) => {
    const ratio = value / (WHITE[i] as number);
    return ratio > 216 / 24389 ? Math.cbrt(ratio) : (841 / 108) * ratio + 4 / 29;
  }) as unknown as Colour;
  const lightness = 116 * fy - 16;
  const [a, bStar] = [500 * (fx - fy), 200 * (fy - fz)];
  const m = Math.hypot(lightness, a, bStar);
  return [m, Math.acos(lightness / m), Math.atan2(bStar, a)];
}

function fromMsh([m, s, h]: Msh): Colour {
  const fy = (m * Math.cos(s) + 16) / 116;
  const fx = fy + (m * Math.sin(s) * Math.cos(h)) / 500;
  const fz = fy - (m * Math.sin(s) * Math.sin(h)) / 200;
  const [x, y, z] = [fx, fy, fz].map((f, i) => {
    const ratio = f > 6 / 29 ? f ** 3 : (f - 4 / 29) * (108 / 841);
    return ratio * (WHITE[i] as number);
  }) as unknown as Colour;
  const linear: Colour = [
    3.2404542 * x - 1.5371385 * y - 0.4985314 * z,
    -0.969266 * x + 1.8760108 * y + 0.041556 * z,
    0.0556434 * x - 0.2040259 * y + 1.0572252 * z,
  ];
  return linear.map((c) => {
    const encoded = c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055;
    return Math.round(255 * Math.min(1, Math.max(0, encoded)));
  }) as unknown as Colour;
}

const COOL_MSH = toMsh(COOL);
const WARM_MSH = toMsh(WARM);
