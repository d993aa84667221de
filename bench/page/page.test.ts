import { describe, expect, test } from 'vitest';
import type { Figure, Report } from '../harness.js';
import { rooflinePicture } from './roofline.js';
import { withReport } from './table.js';

const figure = (name: string, value: number | null, unit = '1'): Figure => ({
  name,
  value,
  unit,
  note: 'a | note',
});

function reportWith(...figures: readonly Figure[]): Report {
  return { name: 'kernel', date: '2026-01-02T03:04:05.000Z', machine: 'a machine', figures };
}

describe('the tables of the page', () => {
  const page = 'before\n\n<!-- bench kernel -->\n\nold\n\n<!-- end of bench kernel -->\n\nafter\n';

  test('take the place of those that stood between the marks, and of nothing else', () => {
    const made = withReport(page, reportWith(figure('wasm_vs_c_openmp', 1.618)));
    expect(made).toMatch(/^before\n\n<!-- bench kernel -->\n\nMeasured on 2026-01-02: a machine\.\n/);
    expect(made).toMatch(/\n<!-- end of bench kernel -->\n\nafter\n$/);
    expect(made).not.toContain('old');
    expect(withReport(made, reportWith(figure('wasm_vs_c_openmp', 1.618)))).toBe(made);
  });

  test('say what was measured, and what it is held to', () => {
    const made = withReport(
      page,
      reportWith(figure('wasm_vs_c_openmp_384', 1.618), figure('mcells_wasm', 4321, '1e6/s')),
    );
    expect(made).toContain('| `wasm_vs_c_openmp_384` | 1.62     | ≥ 1.5 | a \\| note |');
    expect(made).toMatch(/\| `mcells_wasm` +\| 4,320 M\/s +\| +\| a \\\| note \|/);
  });

  test('show that a figure is missing', () => {
    expect(withReport(page, reportWith(figure('wasm_vs_meep', null)))).toContain('| `wasm_vs_meep` | —');
  });

  test('are refused by a page without a place for them', () => {
    expect(() => withReport('# a page', reportWith())).toThrow('it needs <!-- bench kernel -->');
  });
});

describe('the roofline', () => {
  const roof = figure('mcells_roofline', 2000, '1e6/s');

  test('has a point for each program that was measured', () => {
    const picture = rooflinePicture(
      reportWith(roof, figure('mcells_wasm', 2400, '1e6/s'), figure('mcells_numba', null, '1e6/s')),
    );
    expect(picture.match(/<circle/g)).toHaveLength(1);
    expect(picture).toContain('wasm, 2400');
    expect(picture).toContain('memory, 32.0 GB/s');
    expect(picture).not.toContain('NaN');
  });

  test('puts what is twice as fast the same distance higher, wherever it is', () => {
    const heightOf = (figures: readonly Figure[]) =>
      [...rooflinePicture(reportWith(roof, ...figures)).matchAll(/cy="(\d+)"/g)].map(([, y]) => Number(y));
    const [slow = 0, plain = 0, fast = 0] = heightOf([
      figure('mcells_numba', 500, '1e6/s'),
      figure('mcells_c_openmp', 1000, '1e6/s'),
      figure('mcells_wasm', 2000, '1e6/s'),
    ]);
    expect(slow).toBeGreaterThan(plain);
    expect(Math.abs(slow - plain - (plain - fast))).toBeLessThanOrEqual(1);
  });

  test('is not drawn without a roof', () => {
    expect(() => rooflinePicture(reportWith())).toThrow('mcells_roofline');
  });
});
