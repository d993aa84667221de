import type { Report } from '../harness.js';

/** Bytes of a cell update that goes through memory once: ψ, ψ⁻ and k read, ψ⁺ written. */
const BYTES = 16;

interface Mark {
  readonly figure: string;
  readonly label: string;
  /** Steps made in one pass through memory, as the program does it. */
  readonly steps: number;
  readonly ours?: boolean;
}

const marks: readonly Mark[] = [
  { figure: 'mcells_numpy', label: 'numpy', steps: 1 },
  { figure: 'mcells_numba', label: 'numba', steps: 1 },
  { figure: 'mcells_c_openmp', label: 'C, plain', steps: 1 },
  { figure: 'mcells_c_fused_sse2', label: 'C, fused, SSE2', steps: 8 },
  { figure: 'mcells_c_fused_avx2', label: 'C, fused, AVX2', steps: 8 },
  { figure: 'mcells_wasm', label: 'wasm', steps: 8, ours: true },
];

const ceilings: readonly { figure: string; label: string }[] = [
  { figure: 'mcells_cache_avx2', label: 'arithmetic, AVX2' },
  { figure: 'mcells_cache_sse2', label: 'arithmetic, SSE2' },
];

const WIDTH = 720;
const HEIGHT = 420;
const plot = { left: 70, right: 690, top: 30, bottom: 350 };
/** Steps a pass along x, millions of cell updates a second along y, both logarithmic. */
const STEPS = { least: 0.8, most: 32 };

/** The roofline of the 7-point step on 256³, from a report of the benchmark `kernel`, as SVG. Throws where its roof is missing. */
export function rooflinePicture(report: Report): string {
  const values = new Map(report.figures.map(({ name, value }) => [name, value]));
  const roof = values.get('mcells_roofline');
  if (roof === undefined || roof === null) throw new Error('the report has no mcells_roofline to draw');
  const found = marks.flatMap((mark) => withValue(mark, values));
  const flat = ceilings.flatMap((ceiling) => withValue(ceiling, values));
  const rates = [roof, ...[...found, ...flat].map(({ value }) => value)];
  const scale = { least: Math.min(...rates) / 1.6, most: Math.max(...rates) * 1.7 };
  const x = (steps: number) => place(steps, STEPS, plot.left, plot.right);
  const y = (rate: number) => place(rate, scale, plot.bottom, plot.top);

  const top = Math.min(STEPS.most, scale.most / roof);
  const gigabytes = ((roof * BYTES) / 1000).toPrecision(3);
  const slope = [
    `<path class="roof" d="M${x(STEPS.least)} ${y(roof * STEPS.least)}L${x(top)} ${y(roof * top)}"/>`,
    text(x(top) + 8, y(roof * top) + 12, `memory, ${gigabytes} GB/s`, 'small'),
  ];
  const levels = flat.flatMap(({ label, value }) => [
    `<path class="ceiling" d="M${x(Math.max(STEPS.least, value / roof))} ${y(value)}H${plot.right}"/>`,
    text(plot.right, y(value) - 6, label, 'small end'),
  ]);
  const points = found.flatMap(({ label, steps, value, ours }) => [
    `<circle class="${ours ? 'ours' : 'theirs'}" cx="${x(steps)}" cy="${y(value)}" r="5"/>`,
    labelOf({
      words: `${label}, ${Math.round(value)}`,
      ours,
      left: steps > 1 && !ours,
      x: x(steps),
      y: y(value) + 4,
    }),
  ]);
  const axes = [
    `<path class="axis" d="M${plot.left} ${plot.top}V${plot.bottom}H${plot.right}"/>`,
    ...[1, 2, 4, 8, 16].map((steps) => text(x(steps), plot.bottom + 20, String(steps), 'small middle')),
    ...ticks(scale).map((rate) => text(plot.left - 8, y(rate) + 4, String(rate), 'small end')),
    text((plot.left + plot.right) / 2, HEIGHT - 18, 'steps in one pass through memory', 'middle'),
    text(plot.left - 50, plot.top - 10, 'million cell updates a second', 'small'),
  ];
  return `${[HEAD, ...axes, ...slope, ...levels, ...points].join('\n  ')}\n</svg>\n`;
}

/** On the side where nothing else stands: of two programs that make many steps a pass, ours has the right. */
function labelOf(label: {
  words: string;
  ours?: boolean | undefined;
  left: boolean;
  x: number;
  y: number;
}): string {
  const { words, ours, left, x, y } = label;
  return text(left ? x - 10 : x + 10, y, words, `${ours ? 'name' : 'small'} ${left ? 'end' : ''}`.trim());
}

const TITLE =
  'How fast the 7-point step runs on 256³ cells, by steps in one pass through memory, under the roofs of memory and arithmetic.';

const HEAD = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title" font-family="system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif" font-size="14">
  <title id="title">${TITLE}</title>
  <style>
    .page { fill: #fff; }
    text { fill: #14242c; stroke: #fff; stroke-width: 4; paint-order: stroke; stroke-linejoin: round; }
    .small { font-size: 12.5px; fill: #3d5866; }
    .name { font-weight: 600; }
    .middle { text-anchor: middle; }
    .end { text-anchor: end; }
    path { fill: none; stroke: #3d5866; }
    .roof { stroke-width: 2.5; }
    .ceiling { stroke-width: 1.4; stroke-dasharray: 6 4; }
    .theirs { fill: #6d8997; }
    .ours { fill: #0b7a9c; }
    @media (prefers-color-scheme: dark) {
      .page { fill: #10191e; }
      text { fill: #e8f0f3; stroke: #10191e; }
      .small { fill: #a9bec8; }
      path { stroke: #a9bec8; }
      .theirs { fill: #8fa8b4; }
      .ours { fill: #4cc3e6; }
    }
  </style>
  <rect class="page" width="${WIDTH}" height="${HEIGHT}" rx="10"/>`;

function withValue<Item extends { figure: string }>(
  item: Item,
  values: ReadonlyMap<string, number | null>,
): (Item & { value: number })[] {
  const value = values.get(item.figure);
  return value === undefined || value === null ? [] : [{ ...item, value }];
}

function place(
  value: number,
  { least, most }: { least: number; most: number },
  from: number,
  to: number,
): number {
  const part = Math.log(value / least) / Math.log(most / least);
  return Math.round(from + part * (to - from));
}

/** 1, 2 and 5 times the powers of ten. */
function ticks({ least, most }: { least: number; most: number }): number[] {
  const powers = [10, 100, 1000, 10_000, 100_000];
  return powers
    .flatMap((power) => [power, 2 * power, 5 * power])
    .filter((rate) => least <= rate && rate <= most);
}

function text(x: number, y: number, words: string, style: string): string {
  return `<text class="${style}" x="${x}" y="${y}">${words}</text>`;
}
