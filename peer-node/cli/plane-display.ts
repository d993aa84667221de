import type { Plane } from '../../core/watch/plane.js';
import { Range } from '../../core/watch/range.js';
import type { View } from '../../core/watch/view.js';
import { blocks, type Depth } from './blocks.js';

/** What is shown: a plane of a job, computed now or stored. */
export interface Shown {
  readonly plane: Plane;
  readonly view: View;
  readonly kind: 'wave' | 'tracker';
  readonly steps: number;
  readonly from: 'peers' | 'store';
}

export interface PlaneDisplay {
  show(shown: Shown): void;
  note(text: string): void;
}

/** One line a frame: for pipes. */
export function plainPlanes(print: (line: string) => void): PlaneDisplay {
  return { show: (shown) => print(lineOf(shown)), note: print };
}

/** One object a frame: for scripts. */
export function jsonPlanes(print: (line: string) => void): PlaneDisplay {
  const event = (name: string, fields: object) => print(JSON.stringify({ event: name, ...fields }));
  return {
    show: ({ plane, view: { state, axis, at }, steps, from }) => {
      const [low, high] = endsOf(plane.values);
      event('frame', { step: plane.step, steps, state, axis, at, low, high, error: plane.error, from });
    },
    note: (message) => event('note', { message }),
  };
}

/** Each frame in place of the one before, in coloured blocks. */
export function blockPlanes(terminal: NodeJS.WriteStream): PlaneDisplay {
  const range = new Range();
  let lines = 0;
  const depth = depthOf(terminal);
  return {
    show: (shown) => {
      const { plane, kind } = shown;
      const size = { width: terminal.columns, height: Math.max(1, terminal.rows - 2) };
      const picture = blocks(plane, { ...size, depth, kind, peak: range.follow(plane.values) });
      const all = [...picture, lineOf(shown)];
      const up = lines > 0 ? `\x1b[${lines}A` : '';
      terminal.write(`${up}${all.map((line) => `\x1b[2K${line}\n`).join('')}\x1b[J`);
      lines = all.length;
    },
    note: (text) => {
      terminal.write(`${text}\n`);
      lines = 0;
    },
  };
}

function depthOf(terminal: NodeJS.WriteStream): Depth {
  const bits = terminal.getColorDepth();
  if (bits >= 24) return 'true';
  return bits >= 8 ? '256' : 'none';
}

function lineOf({ plane, view: { state, axis, at }, steps, from }: Shown): string {
  const [low, high] = endsOf(plane.values);
  const source = from === 'store' ? ', stored' : '';
  return `step ${plane.step} of ${steps}${source}: ${state} at ${axis} ${at}, from ${short(low)} to ${short(high)}`;
}

const short = (value: number) => String(Number(value.toPrecision(3)));

/** 0 to 0 where nothing is known. */
function endsOf(values: Float32Array): readonly [low: number, high: number] {
  const known = values.filter((value) => !Number.isNaN(value));
  let [low, high] = [known[0] ?? 0, known[0] ?? 0];
  for (const value of known) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}
