import type { Trial } from './attacks.js';
import type { AuditsMeasured } from './audits.js';
import { patienceWith } from './patience.js';
import { type RunsMeasured, TRUSTED } from './runs.js';
import { wilson } from './wilson.js';

/** The table of docs/trust.md. Seconds are those of spans of half a second. */
export function tableOfRuns({ same, other, traitors, sybils: keys }: RunsMeasured, peers: number): string {
  const rows = same.map((trial, index) => {
    const across = other[index] as Trial;
    const rate = trial.found / trial.tried;
    const [fresh, trusted] = [patienceWith(rate, 0, peers), patienceWith(rate, TRUSTED, peers)];
    return [
      trial.name,
      shareOf(trial),
      shareOf(across),
      lasting(fresh.untilFound),
      lasting(trusted.untilFound),
      span(trusted.lost),
    ];
  });
  return markdown(
    [
      'attack',
      'found in a check, same class',
      'found in a check, other class',
      'newcomer: spans until found',
      `after ${TRUSTED} good checks`,
      'spans lost',
    ],
    [
      ...rows,
      [
        `honest until trusted, then skipped steps (${traitors.peers} peers played)`,
        '',
        '',
        '',
        lasting(traitors.spans),
        span(traitors.spans),
      ],
      [
        `a Sybil: ${keys.found} of ${keys.peers} keys of one owner found`,
        '',
        '',
        lasting(keys.spans),
        '',
        '',
      ],
    ],
  );
}

/** The shorter one: of audits by reciprocity. */
export function tableOfAudits({ trials }: AuditsMeasured): string {
  const rows = trials.map(({ name, changed, found, tried, foundAnywhere }) => [
    name,
    shareOf({ found: foundAnywhere, tried }),
    changed === 0 ? 'none was' : `${found} of ${changed}`,
  ]);
  return markdown(['attack', 'found in a tile drawn at random', 'off tiles found'], rows);
}

const SPAN_SECONDS = 0.5;
const span = (spans: number) =>
  Number.isFinite(spans) ? spans.toFixed(spans < 10 ? 1 : 0).replace('.0', '') : 'never';
const lasting = (spans: number) =>
  Number.isFinite(spans) ? `${span(spans)}, ${span(spans * SPAN_SECONDS)} s` : 'never';

function shareOf({ found, tried }: Pick<Trial, 'found' | 'tried'>): string {
  const { value, low, high } = wilson(found, tried);
  return `${Number(value.toPrecision(3))} (${low.toFixed(3)} to ${high === 1 ? 1 : high.toFixed(3)})`;
}

/** A table whose columns are as wide as their longest cell, as Biome has them. */
function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] as number)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
