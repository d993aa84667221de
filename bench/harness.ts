import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

/** One number that a benchmark found. */
export interface Figure {
  /** Unique in its benchmark, in snake_case: what issues and pages refer to. */
  readonly name: string;
  /** `null` where it could not be measured here; the note says why. */
  readonly value: number | null;
  /** SI or UDUNITS symbol; `1` for a ratio. */
  readonly unit: string;
  /** What it was measured on, in a few words. */
  readonly note: string;
}

/** A benchmark that was called in a way that cannot be: names the option, and what would be right. */
export class UsageError extends Error {
  readonly code = 'bench-usage';
}

/** By its code, for each benchmark is bundled with a copy of this class. */
export function isUsageError(error: unknown): error is UsageError {
  return error instanceof Error && 'code' in error && error.code === 'bench-usage';
}

/** What every `bench/NAME.ts` exports. */
export interface BenchModule {
  bench(): Promise<Figure[]>;
}

export interface Report {
  readonly name: string;
  /** When it ended, ISO 8601. */
  readonly date: string;
  readonly machine: string;
  readonly figures: readonly Figure[];
}

export async function measure(name: string, { bench }: BenchModule): Promise<Report> {
  const figures = await bench();
  return { name, date: new Date().toISOString(), machine: machine(), figures };
}

/** Writes `folder/NAME.json` and gives its path. */
export async function writeReport(folder: string, report: Report): Promise<string> {
  const path = join(folder, `${report.name}.json`);
  await mkdir(folder, { recursive: true });
  await writeFile(path, `${JSON.stringify(report, null, 2)}\n`);
  return path;
}

export function printReport({ name, date, machine, figures }: Report): void {
  console.log(`${name}, ${date}\n${machine}`);
  console.table(
    Object.fromEntries(
      figures.map(({ name, value, unit, note }) => [
        name,
        { value: value === null ? null : Number(value.toPrecision(4)), unit, note },
      ]),
    ),
  );
}

function machine(): string {
  const cores = cpus();
  const memory = (totalmem() / 2 ** 30).toFixed(1);
  return `${cores[0]?.model.trim() ?? process.arch}, ${cores.length} cores, ${memory} GiB, Node ${process.versions.node}`;
}
