const LOCALE = 'en';
const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const threeDigits = new Intl.NumberFormat(LOCALE, { maximumSignificantDigits: 3 });

const SCALES = [
  [1e12, 'trillion'],
  [1e9, 'billion'],
  [1e6, 'million'],
] as const;

const BYTE_SCALES = [
  [1e12, 'TB'],
  [1e9, 'GB'],
  [1e6, 'MB'],
  [1e3, 'kB'],
] as const;

/** 1234567 → `1,234,567`. */
export const count = (value: number): string => whole.format(value);

/** 12345678 → `12.3 million`. */
export function roughly(value: number): string {
  const [unit, word] = SCALES.find(([least]) => value >= least) ?? [1, ''];
  return word ? `${threeDigits.format(value / unit)} ${word}` : threeDigits.format(value);
}

/** Decimal units: 1500 → `1.5 kB`. */
export function bytes(value: number): string {
  const [unit, word] = BYTE_SCALES.find(([least]) => value >= least) ?? [1, 'B'];
  return `${threeDigits.format(value / unit)} ${word}`;
}

/** Two units at most: 200 → `3 min 20 s`. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  const minutes = Math.round(s / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.round(minutes / 60 / 24)} days`;
}

/** Seconds as two digits of milliseconds: 0.01234 → `12 ms`. */
export const milliseconds = (seconds: number | undefined): string =>
  seconds === undefined ? '–' : `${Number((1000 * seconds).toPrecision(2))} ms`;

/** Whole per cent, rounded down so that 100% means done. */
export function percent(part: number, all: number): string {
  const share = all > 0 ? (100 * part) / all : 0;
  return share > 0 && share < 1 ? 'under 1%' : `${Math.floor(share)}%`;
}

/** 7 → `07:00`. */
export const clockHour = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;
