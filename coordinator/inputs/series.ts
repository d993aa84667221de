import { readFile, stat } from 'node:fs/promises';
import { MAX_SERIES_VALUES } from '../../core/result/series.js';
import { openNpy } from './npy.js';
import { InputRefusal, refuseIf } from './refusal.js';

/** Of a line of text, more than any number needs. */
const MOST_BYTES_A_LINE = 32;

/**
 * The values of a series, rounded to f32: a `.npy` file of one dimension, or text (`.csv`, `.txt`) with a number a
 * line, where blank lines and those that begin with # are left out. Throws InputRefusal.
 */
export async function readSeries(path: string): Promise<Float32Array> {
  const found = await stat(path).catch(() => undefined);
  refuseIf(found === undefined, `is not there: ${path}`, 'Give its path relative to the job file');
  refuseIf(found?.isDirectory() === true, 'is a folder', 'Give a .npy or .csv file');
  const values = /\.(csv|txt)$/i.test(path) ? await fromText(path, found?.size ?? 0) : await fromNpy(path);
  refuseIf(values.length === 0, 'holds no value', 'Give one or more');
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const what = Number.isNaN(values[bad]) ? 'NaN' : 'a value beyond the range of f32';
    throw new InputRefusal(`holds ${what} at [${bad}]`, 'Give finite values only');
  }
  return values;
}

async function fromNpy(path: string): Promise<Float32Array> {
  const source = await openNpy(path);
  try {
    const [length = 0, ...more] = source.shape;
    const shape = `has the shape [${source.shape.join(', ')}]`;
    refuseIf(source.shape.length === 0 || more.length > 0, shape, 'Give a list of numbers');
    refuseTooMany(length);
    return await source.read({ lo: [0, 0, 0], hi: [1, 1, length] });
  } finally {
    await source.close();
  }
}

async function fromText(path: string, bytes: number): Promise<Float32Array> {
  refuseIf(bytes > MAX_SERIES_VALUES * MOST_BYTES_A_LINE, `has ${bytes} bytes`, SHORTER);
  const lines = (await readFile(path, 'utf8')).split(/\r?\n/).map((line) => line.trim());
  const values: number[] = [];
  for (const [index, line] of lines.entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const value = Number(line);
    if (Number.isNaN(value)) {
      throw new InputRefusal(`has "${line.slice(0, 40)}" in line ${index + 1}`, 'Give one number a line');
    }
    values.push(value);
  }
  refuseTooMany(values.length);
  return Float32Array.from(values);
}

const SHORTER = `Give at most ${MAX_SERIES_VALUES} values, with a dt of their own`;

function refuseTooMany(count: number): void {
  refuseIf(count > MAX_SERIES_VALUES, `holds ${count} values`, SHORTER);
}
