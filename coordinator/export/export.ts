import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { ExportError, GroundswellError } from '../../core/errors.js';
import { pictureOf } from '../results/picture.js';
import type { ExportFormat } from './format.js';
import { memberOf } from './member.js';
import { type Cut, planeOf, snapshotOf } from './plane.js';
import { Tally } from './slabs.js';
import type { StoredArray, StoredGroup, StoredResult } from './stored-result.js';

export interface ExportRequest {
  readonly format: ExportFormat;
  /** `OUTPUT`, `probes/PROBE`, or one of their states: `OUTPUT/STATE`. Without, all of the result, or all it has. */
  readonly what?: string;
  /** Where to. What is there is replaced, once the new one is whole. */
  readonly file: string;
  /** Of a sweep, by its number; `npy` without `snapshot` takes all of them, netCDF always. */
  readonly member?: number;
  /** Counted from 0, or from the end where it is negative. */
  readonly snapshot?: number;
  readonly cut?: Cut;
  /** The colours' range is −peak to peak. */
  readonly peak?: number;
  readonly framesPerSecond: number;
}

export interface ExportReport {
  readonly file: string;
  readonly bytes: number;
  /** Paths of what was written. */
  readonly arrays: readonly string[];
  readonly state: 'running' | 'complete';
  /** Values written, and those among them that nobody has stored yet. */
  readonly values: number;
  readonly missing: number;
}

/**
 * Writes a result, or a part of it, to a file. `signal` ends it, and leaves no file.
 * @throws ExportError where the result has no such part, the format cannot hold it, or the file cannot be written.
 */
export async function exportResult(
  result: StoredResult,
  request: ExportRequest,
  signal: AbortSignal,
): Promise<ExportReport> {
  const tally = new Tally();
  const aside = `${request.file}.part`;
  try {
    const arrays = await write(result, { ...request, file: aside }, tally, signal);
    await rename(aside, request.file);
    const { size } = await stat(request.file);
    return {
      file: request.file,
      bytes: size,
      arrays: arrays.map(({ path }) => path),
      state: result.attributes.state === 'complete' ? 'complete' : 'running',
      values: tally.values,
      missing: tally.missing,
    };
  } catch (error) {
    if (error instanceof GroundswellError || signal.aborted) throw error;
    throw new ExportError(
      `${request.file} cannot be written (${reasonOf(error)}): give another place with --to`,
      {
        cause: error,
      },
    );
  } finally {
    // What could not be made can't be removed either, and its own failure is the one to tell.
    await rm(aside, { force: true }).catch(() => {});
  }
}

/** Values that the file of a request would hold; what is drawn counts whole. @throws ExportError */
export function valuesIn(
  result: StoredResult,
  { format, what }: Pick<ExportRequest, 'format' | 'what'>,
): number {
  const arrays =
    format === 'netcdf' ? groupsOf(result, what).flatMap(({ states }) => states) : [arrayOf(result, what)];
  return arrays.reduce((sum, { shape }) => sum + shape.reduce((product, length) => product * length, 1), 0);
}

async function write(
  result: StoredResult,
  request: ExportRequest,
  tally: Tally,
  signal: AbortSignal,
): Promise<readonly StoredArray[]> {
  const { format, what, file, member, snapshot, cut, peak, framesPerSecond } = request;
  if (format === 'netcdf') {
    const { writeNetcdf } = await import('./netcdf.js');
    const groups = groupsOf(result, what);
    await writeNetcdf(file, result, groups, { tally, signal });
    return groups.flatMap(({ states }) => states);
  }
  const all = arrayOf(result, what);
  const isWhole = format === 'npy' && member === undefined && snapshot === undefined;
  const array = isWhole ? all : memberOf(all, member);
  switch (format) {
    case 'npy': {
      const { writeNpy } = await import('./npy.js');
      const chosen = snapshot === undefined ? {} : { snapshot: snapshotOf(array, snapshot) };
      await writeNpy(file, array, { ...chosen, tally, signal });
      break;
    }
    case 'png': {
      const plane = await planeOf(array, snapshotOf(array, snapshot), cut);
      tally.add(plane.values);
      await writeFile(file, await pictureOf(plane, peak));
      break;
    }
    case 'mp4': {
      const { writeFilm } = await import('./film.js');
      const options = { ...(cut && { cut }), ...(peak !== undefined && { peak }), framesPerSecond };
      await writeFilm(file, array, { ...options, tally, signal });
    }
  }
  return [array];
}

/** The groups named, each with all its states or with the one that is named. */
function groupsOf(result: StoredResult, what: string | undefined): readonly StoredGroup[] {
  if (what === undefined) return result.groups;
  const named = result.groups.flatMap((group): StoredGroup[] => {
    if (group.path === what) return [group];
    const states = group.states.filter(({ path }) => path === what);
    return states.length > 0 ? [{ ...group, states }] : [];
  });
  if (named.length > 0) return named;
  throw unknown(result, what);
}

/** The one array that is meant. */
function arrayOf(result: StoredResult, what: string | undefined): StoredArray {
  const all = groupsOf(result, what).flatMap(({ states }) => states);
  const [array] = all;
  if (array !== undefined && all.length === 1) return array;
  throw unknown(result, what);
}

function unknown({ location, groups }: StoredResult, what: string | undefined): ExportError {
  const paths = groups.flatMap(({ states }) => states.map(({ path }) => path));
  const problem =
    what === undefined ? 'this format holds one array' : `${location} has no single array ${what}`;
  return new ExportError(`${problem}: name one of ${paths.join(', ')}`);
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  // HDF5 tells all it was doing, and only at its very end why the file system would not have it.
  return /error message = '([^']*)'/.exec(text)?.[1] ?? text.split('\n')[0] ?? text;
}
