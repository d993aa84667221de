import type { Figure, Report } from '../harness.js';
import { aimOf } from './aims.js';

const number = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

/** A report as Markdown: when and where, then its ratios with what they are held to, then all other figures. */
function reportInMarkdown({ date, machine, figures }: Report): string {
  const ratios = figures.filter(({ unit }) => unit === '1');
  const others = figures.filter(({ unit }) => unit !== '1');
  return [
    `Measured on ${date.slice(0, 10)}: ${machine}.`,
    table(['ratio', 'measured', 'aim', 'on what'], ratios.map(row)),
    table(['figure', 'measured', 'aim', 'on what'], others.map(row)),
  ].join('\n\n');
}

const unitWords: Readonly<Record<string, string>> = { '1': '', '1e6/s': 'M/s' };

function row({ name, value, unit, note }: Figure): string[] {
  const measured = value === null ? '—' : `${number.format(value)} ${unitWords[unit] ?? unit}`.trim();
  return [`\`${name}\``, measured, aimOf(name), note.replaceAll('|', '\\|')];
}

/** Padded as Biome formats tables, so that a page made anew needs no formatting. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((cells) => widthOf(cells[column]))));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell))).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function widthOf(cell = ''): number {
  return [...cell].length;
}

/** The page with a report between its marks `<!-- bench NAME -->` and `<!-- end of bench NAME -->`. Throws where the page has none. */
export function withReport(page: string, report: Report): string {
  const [start, end] = [`<!-- bench ${report.name} -->`, `<!-- end of bench ${report.name} -->`];
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from)
    throw new Error(`the page has no place for ${report.name}: it needs ${start} and ${end}`);
  return `${page.slice(0, from + start.length)}\n\n${reportInMarkdown(report)}\n\n${page.slice(to)}`;
}
