import { join } from 'node:path';
import type { ExportReport } from '../../coordinator/export/export.js';
import { EXTENSIONS, type ExportFormat } from '../../coordinator/export/format.js';
import type { Cut } from '../../coordinator/export/plane.js';
import { type S3Address, s3Address } from '../../coordinator/store/s3-address.js';
import { resultKey } from '../../core/protocol/keys.js';
import type { Context } from './context.js';
import { Exit } from './exit.js';
import type { ResultPlace } from './parts.js';
import { byteCount, counted } from './words.js';

export interface ExportOptions {
  readonly format: ExportFormat;
  readonly to?: string;
  readonly member?: number;
  readonly snapshot?: number;
  readonly plane?: Cut;
  readonly range?: number;
  readonly fps: number;
  readonly data: string;
  readonly store?: S3Address;
  readonly json?: boolean;
}

/** `groundswell export`: a result, or a part of it, as a file that other programs open. */
export async function exportCommand(
  result: string,
  what: string | undefined,
  options: ExportOptions,
  { parts, lifetime, print }: Context,
): Promise<Exit> {
  const { format, to, member, snapshot, plane, range, fps, json } = options;
  const request = {
    format,
    file: to ?? fileName(result, what, format),
    framesPerSecond: fps,
    ...(what !== undefined && { what }),
    ...(member !== undefined && { member }),
    ...(snapshot !== undefined && { snapshot }),
    ...(plane && { cut: plane }),
    ...(range !== undefined && { peak: range }),
  };
  try {
    const report = await parts.exportResult(placeOf(result, options), request, lifetime);
    if (json) print(JSON.stringify({ event: 'exported', ...report }));
    else for (const line of linesOf(report)) print(line);
    return Exit.ok;
  } catch (error) {
    if (lifetime.aborted) return Exit.interrupted;
    throw error;
  }
}

/** A job's id is looked for in the store; what has a slash is where a result itself lies. */
function placeOf(result: string, { data, store }: Pick<ExportOptions, 'data' | 'store'>): ResultPlace {
  if (result.startsWith('s3://')) return { kind: 'bucket', address: s3Address(result) };
  if (/[/\\]/.test(result)) return { kind: 'folder', folder: result };
  if (store === undefined) return { kind: 'folder', folder: join(data, 'store', resultKey(result)) };
  const prefix = [store.prefix, resultKey(result)].filter((part) => part !== '').join('/');
  return { kind: 'bucket', address: { ...store, prefix } };
}

/** In the folder one is in: `JOB.nc`, `JOB-film-psi.mp4`. */
function fileName(result: string, what: string | undefined, format: ExportFormat): string {
  const job = /([^/\\]+)[/\\]result\.zarr/.exec(result)?.[1] ?? (/[/\\]/.test(result) ? 'result' : result);
  const parts = what === undefined ? [job] : [job, ...what.split('/')];
  return `${parts.join('-')}.${EXTENSIONS[format]}`;
}

function linesOf({ file, bytes, arrays, state, values, missing }: ExportReport): string[] {
  const written = `Wrote ${file} (${byteCount(bytes)}): ${counted(arrays.length, 'array')}, ${arrays.join(', ')}.`;
  if (missing === 0 && state === 'complete') return [written];
  const share = Math.ceil((100 * missing) / Math.max(1, values));
  const why = state === 'complete' ? 'The result is complete' : 'The result is not complete yet';
  return [written, `${why}: ${missing} of ${values} values (${share} %) are missing, and are NaN.`];
}
