/** One line of a plot. */
export interface Series {
  readonly name: string;
  /** `[x, y]`, x above 0 and ascending. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Plot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  /** Linear from 0 to `top`, or by powers of ten between the values there are. */
  readonly scale: { readonly kind: 'linear'; readonly top: number } | { readonly kind: 'log' };
  readonly series: readonly Series[];
}

const WIDTH = 720;
const HEIGHT = 400;
const LEFT = 76;
const RIGHT = 150;
const TOP = 52;
const BOTTOM = 58;

/** Told apart by their marks too, and readable on light ground and on dark. */
const MARKS = ['circle', 'square', 'diamond', 'triangle'] as const;

const STYLE = `
    svg { --ground: #fff; --text: #14242c; --muted: #52646f; --line: #d5dee4; }
    .s0 { --own: #0b6d8c; } .s1 { --own: #a85400; } .s2 { --own: #6b3fa0; } .s3 { --own: #1f7a4d; }
    @media (prefers-color-scheme: dark) {
      svg { --ground: #0d151a; --text: #e6eef2; --muted: #a0b2bc; --line: #2b3c47; }
      .s0 { --own: #5cc0dc; } .s1 { --own: #e8a255; } .s2 { --own: #b79be0; } .s3 { --own: #62c793; }
    }
    .ground { fill: var(--ground); } text { fill: var(--text); } .muted { fill: var(--muted); }
    .grid { stroke: var(--line); } .curve { fill: none; stroke: var(--own); stroke-width: 2; }
    .mark, .name { fill: var(--own); } .title { font-weight: 600; }`;

/** A plot as SVG that follows the reader's colour scheme. x is drawn by powers of ten. */
export function plotSvg({ title, x, y, scale, series }: Plot): string {
  const points = series.flatMap((one) => one.points);
  const xs = decades(points.map(([at]) => at));
  const ys = scale.kind === 'log' ? decades(points.map(([, at]) => at)) : [0, scale.top];
  const across = position(Math.log10, xs, LEFT, WIDTH - RIGHT);
  const up = position(scale.kind === 'log' ? Math.log10 : (value) => value, ys, HEIGHT - BOTTOM, TOP);
  const xTicks = powers(xs);
  const yTicks = scale.kind === 'log' ? powers(ys) : [0, 0.25, 0.5, 0.75, 1].map((part) => part * scale.top);
  const rows = [
    `<rect class="ground" width="${WIDTH}" height="${HEIGHT}" rx="8"/>`,
    `<text class="title" x="${LEFT}" y="28">${title}</text>`,
    ...xTicks.map((at) => tick(across(at), HEIGHT - BOTTOM + 20, 'middle', at)),
    ...xTicks.map((at) => rule(across(at), TOP, across(at), HEIGHT - BOTTOM)),
    ...yTicks.map((at) => tick(LEFT - 8, up(at) + 4, 'end', at)),
    ...yTicks.map((at) => rule(LEFT, up(at), WIDTH - RIGHT, up(at))),
    `<text class="muted" x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 14}" text-anchor="middle">${x}</text>`,
    `<text class="muted" x="16" y="${(TOP + HEIGHT - BOTTOM) / 2}" text-anchor="middle" transform="rotate(-90 16 ${(TOP + HEIGHT - BOTTOM) / 2})">${y}</text>`,
    ...series.map((one, i) => curve(one, i, across, up)),
    ...names(series, up),
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title" font-family="system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif" font-size="13">`,
    `  <title id="title">${title}</title>`,
    `  <style>${STYLE}\n  </style>`,
    ...rows.map((row) => `  ${row}`),
    '</svg>',
    '',
  ].join('\n');
}

type Position = (value: number) => number;

function position(
  scale: (value: number) => number,
  [from = 0, to = 1]: readonly number[],
  start: number,
  end: number,
): Position {
  return (value) => round(start + ((scale(value) - scale(from)) / (scale(to) - scale(from))) * (end - start));
}

/** The powers of ten that hold all values. */
function decades(values: readonly number[]): readonly [number, number] {
  const from = Math.floor(Math.log10(Math.min(...values)) + 1e-9);
  return [10 ** from, 10 ** Math.max(from + 1, Math.ceil(Math.log10(Math.max(...values)) - 1e-9))];
}

function powers([from = 1, to = 10]: readonly number[]): number[] {
  const first = Math.round(Math.log10(from));
  return Array.from({ length: Math.round(Math.log10(to)) - first + 1 }, (_, i) => 10 ** (first + i));
}

function curve({ points }: Series, index: number, across: Position, up: Position): string {
  const at = points.map(([x, y]) => [across(x), up(y)] as const);
  const path = at.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${x} ${y}`).join(' ');
  const marks = at.map(([x, y]) => mark(MARKS[index % MARKS.length] ?? 'circle', x, y)).join('');
  return `<g class="s${index}"><path class="curve" d="${path}"/>${marks}</g>`;
}

function mark(kind: (typeof MARKS)[number], x: number, y: number): string {
  switch (kind) {
    case 'circle':
      return `<circle class="mark" cx="${x}" cy="${y}" r="4"/>`;
    case 'square':
      return `<rect class="mark" x="${round(x - 4)}" y="${round(y - 4)}" width="8" height="8"/>`;
    case 'diamond':
      return `<path class="mark" d="M${x} ${round(y - 5.5)}l5.5 5.5-5.5 5.5-5.5-5.5z"/>`;
    case 'triangle':
      return `<path class="mark" d="M${x} ${round(y - 5)}l5 9h-10z"/>`;
  }
}

/** At the ends of the curves, moved apart where they would lie on one another. */
function names(series: readonly Series[], up: Position): string[] {
  const ends = series
    .map(({ name, points }, index) => ({ name, index, y: up(points.at(-1)?.[1] ?? 0) }))
    .sort((a, b) => a.y - b.y);
  let last = Number.NEGATIVE_INFINITY;
  return ends.map(({ name, index, y }) => {
    last = Math.max(y + 4, last + 17);
    return `<text class="name s${index}" x="${WIDTH - RIGHT + 12}" y="${round(last)}">${name}</text>`;
  });
}

const tick = (x: number, y: number, anchor: string, value: number) =>
  `<text class="muted" x="${x}" y="${round(y)}" text-anchor="${anchor}">${Number(value.toPrecision(3)).toLocaleString('en')}</text>`;
const rule = (x1: number, y1: number, x2: number, y2: number) =>
  `<line class="grid" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`;
const round = (value: number) => Number(value.toFixed(1));
