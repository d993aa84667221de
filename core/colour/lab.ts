/** 8 bits a channel of sRGB. */
export type Colour = readonly [red: number, green: number, blue: number];
/** CIELAB: lightness 0 to 100, and how far from grey towards red and towards yellow. */
export type Lab = readonly [lightness: number, a: number, b: number];

/** CIE D65, 2 degrees. */
const WHITE = [0.95047, 1, 1.08883] as const;

/** IEC 61966-2-1 to XYZ, and that to CIE 15. */
export function labOf(colour: Colour): Lab {
  const [r, g, b] = colour.map((channel) => {
    const c = channel / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  }) as unknown as Colour;
  const xyz = [
    0.4124564 * r + 0.3575761 * g + 0.1804375 * b,
    0.2126729 * r + 0.7151522 * g + 0.072175 * b,
    0.0193339 * r + 0.119192 * g + 0.9503041 * b,
  ];
  const [fx, fy, fz] = xyz.map((value, i) => {
    const ratio = value / (WHITE[i] as number);
    return ratio > 216 / 24389 ? Math.cbrt(ratio) : (841 / 108) * ratio + 4 / 29;
  }) as unknown as Colour;
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}

/** The inverse of `labOf`; what sRGB cannot show is cut off. */
export function colourOf(lab: Lab): Colour {
  return linearOf(lab).map((c) => {
    const encoded = c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055;
    return Math.round(255 * Math.min(1, Math.max(0, encoded)));
  }) as unknown as Colour;
}

/** Linear light of each channel, 0 to 1 where sRGB can show it. */
export function linearOf([lightness, a, bStar]: Lab): Colour {
  const fy = (lightness + 16) / 116;
  const [x, y, z] = [fy + a / 500, fy, fy - bStar / 200].map((f, i) => {
    const ratio = f > 6 / 29 ? f ** 3 : (f - 4 / 29) * (108 / 841);
    return ratio * (WHITE[i] as number);
  }) as unknown as Colour;
  return [
    3.2404542 * x - 1.5371385 * y - 0.4985314 * z,
    -0.969266 * x + 1.8760108 * y + 0.041556 * z,
    0.0556434 * x - 0.2040259 * y + 1.0572252 * z,
  ];
}
