import { diverging } from '../../core/colour/diverging.js';
import type { Colour } from '../../core/colour/lab.js';
import { sequential } from '../../core/colour/sequential.js';
import type { Plane } from '../../core/watch/plane.js';

/** What a terminal can show: 16 million colours, the 256 that nearly all have, or characters alone. */
export type Depth = 'true' | '256' | 'none';

export interface BlockStyle {
  /** Characters. */
  readonly width: number;
  readonly height: number;
  readonly depth: Depth;
  /** `wave`: about 0, blue below and red above. `tracker`: from 0 up. */
  readonly kind: 'wave' | 'tracker';
  /** The value at the colours' ends, above 0. */
  readonly peak: number;
}

const UPPER_HALF = '▀';
const RESET = '\x1b[0m';
/** From little to much. */
const SHADES = ' .:-=+*#%@';

/**
 * A plane as lines of a terminal, the first row at the bottom. A character shows two samples, one above the other, in the colours of
 * its two halves; without colours, one sample as a character that is the denser the larger it is.
 */
export function blocks(plane: Plane, style: BlockStyle): string[] {
  const down = style.depth === 'none' ? 1 : 2;
  // A character is about twice as high as it is wide.
  const scale = Math.max(plane.columns / style.width, plane.rows / (2 * style.height), 1e-9);
  const width = Math.max(1, Math.min(style.width, Math.round(plane.columns / Math.max(1, scale))));
  const height = Math.max(1, Math.min(style.height, Math.round(plane.rows / Math.max(1, scale) / 2)));
  const valueAt = (row: number, column: number) => {
    const up = height * down - 1 - row;
    const y = Math.min(plane.rows - 1, Math.floor(((up + 0.5) * plane.rows) / (height * down)));
    const x = Math.min(plane.columns - 1, Math.floor(((column + 0.5) * plane.columns) / width));
    return plane.values[y * plane.columns + x] as number;
  };
  return Array.from({ length: height }, (_, line) => {
    const cells = Array.from({ length: width }, (_, column) =>
      style.depth === 'none'
        ? shade(valueAt(line, column), style)
        : halves(valueAt(2 * line, column), valueAt(2 * line + 1, column), style),
    );
    return cells.join('') + (style.depth === 'none' ? '' : RESET);
  });
}

function shade(value: number, { peak }: BlockStyle): string {
  if (Number.isNaN(value)) return '?';
  return SHADES[
    Math.min(SHADES.length - 1, Math.round((Math.abs(value) / peak) * (SHADES.length - 1)))
  ] as string;
}

function halves(upper: number, lower: number, style: BlockStyle): string {
  return `${colour(38, upper, style)}${colour(48, lower, style)}${UPPER_HALF}`;
}

/** The escape sequence for the colour of what is in front (38) or behind (48). */
function colour(layer: 38 | 48, value: number, { kind, peak, depth }: BlockStyle): string {
  if (Number.isNaN(value)) return `\x1b[${layer + 1}m`;
  const [red, green, blue] = kind === 'wave' ? diverging(value / peak) : sequential(value / peak);
  if (depth === 'true') return `\x1b[${layer};2;${red};${green};${blue}m`;
  return `\x1b[${layer};5;${nearest([red, green, blue])}m`;
}

/** The nearest of the 6 × 6 × 6 colours that 256-colour terminals have from number 16 on. */
function nearest(rgb: Colour): number {
  const [red, green, blue] = rgb.map((channel) => Math.round((channel / 255) * 5)) as [
    number,
    number,
    number,
  ];
  return 16 + 36 * red + 6 * green + blue;
}
