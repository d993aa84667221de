/**
 * OpenWave's M2 run, as the columns of its own timestep file. A is scaled by S: amplitude columns are divided by
 * it, the frequency column is multiplied by it.
 */
export interface GoldenRow {
  readonly step: number;
  readonly charge: number;
  readonly psiL: number;
  readonly psiT: number;
  readonly ampL: number;
  readonly ampT: number;
  readonly freq: number;
}

export const COLUMNS = ['step', 'charge', 'psiL', 'psiT', 'ampL', 'ampT', 'freq'] as const;

/** Base amplitude in am and frequency in 1/rs of OpenWave's wave, and S of the golden grid: PHYSICS of M2. */
const A0 = 0.9215405708;
const F = 0.01050393558;

/** Steps between refreshes of the charge. */
export const CHARGE_EVERY = 60;

/** Columns recorded by the probe at every step, and the three centre planes at every refresh. */
export interface Recorded {
  readonly scale: number;
  readonly probe: Readonly<Record<'psiL' | 'psiT' | 'rms2L' | 'rms2T' | 'freq', Float32Array>>;
  /** Each `[refreshes, n, n]`. */
  readonly planes: readonly Readonly<Record<'rms2L' | 'rms2T' | 'freq', Float32Array>>[];
  /** Cells along each edge of the cube. */
  readonly edge: number;
}

export function rowsOf({ scale, probe, planes, edge }: Recorded): GoldenRow[] {
  let charge = 0;
  return Array.from(probe.psiL, (psiL, i) => {
    const step = i + 1;
    if (step % CHARGE_EVERY === 0) charge = chargeOf(planes, edge, step / CHARGE_EVERY - 1);
    return {
      step,
      charge,
      psiL: psiL / scale,
      psiT: at(probe.psiT, i) / scale,
      ampL: Math.sqrt(at(probe.rms2L, i)) / scale,
      ampT: Math.sqrt(at(probe.rms2T, i)) / scale,
      freq: at(probe.freq, i) * scale,
    };
  });
}

/** f̄²·(A_L² + A_T²)/(f²·A₀²) over the three centre planes without their edges. */
function chargeOf(planes: Recorded['planes'], edge: number, refresh: number): number {
  const sums = { rms2L: 0, rms2T: 0, freq: 0 };
  for (const plane of planes) {
    for (const name of ['rms2L', 'rms2T', 'freq'] as const) {
      for (let row = 1; row < edge - 1; row++) {
        for (let column = 1; column < edge - 1; column++) {
          sums[name] += at(plane[name], (refresh * edge + row) * edge + column);
        }
      }
    }
  }
  const cells = planes.length * (edge - 2) ** 2;
  const frequency = sums.freq / cells;
  return (frequency ** 2 * (sums.rms2L + sums.rms2T)) / cells / (F ** 2 * A0 ** 2);
}

/** Parses OpenWave's file. Throws RangeError where a row does not have its seven numbers. */
export function parseRows(csv: string): GoldenRow[] {
  return csv
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line, i) => {
      const numbers = line.split(',').map(Number);
      if (numbers.length !== COLUMNS.length || numbers.some(Number.isNaN)) {
        throw new RangeError(`row ${i + 1} does not hold ${COLUMNS.length} numbers: ${line}`);
      }
      return Object.fromEntries(
        COLUMNS.map((name, column) => [name, numbers[column]]),
      ) as unknown as GoldenRow;
    });
}

/** The largest difference of each column over all rows. */
export function largestDifferences(ours: readonly GoldenRow[], theirs: readonly GoldenRow[]): GoldenRow {
  const largest = Object.fromEntries(
    COLUMNS.map((name) => [
      name,
      theirs.reduce(
        (most, row, i) => Math.max(most, Math.abs((ours[i]?.[name] ?? Number.NaN) - row[name])),
        0,
      ),
    ]),
  );
  return largest as unknown as GoldenRow;
}

const at = (array: Float32Array, i: number) => array[i] ?? Number.NaN;
