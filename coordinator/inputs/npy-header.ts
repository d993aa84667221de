import type { FileHandle } from 'node:fs/promises';
import { InputRefusal, refuseIf } from './refusal.js';

/** What a `.npy` file says of its array (numpy.lib.format, versions 1 to 3). */
export interface NpyHeader {
  /** `f4`, `i2`, …: the kind of a number and its bytes. */
  readonly number: string;
  readonly littleEndian: boolean;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Bytes before the first number. */
  readonly offset: number;
}

const MAGIC = '\x93NUMPY';

/** numpy itself refuses longer headers, unless told to trust the file. */
const LONGEST_HEADER = 10_000;

/**
 * Layout: magic (6 bytes), version (2), length of the header (2 bytes in version 1, else 4, little-endian),
 * and the header, a Python dictionary such as `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
 */
export async function readNpyHeader(file: FileHandle): Promise<NpyHeader> {
  const start = Buffer.alloc(12);
  const { bytesRead } = await file.read(start, 0, 12, 0);
  const isNpy = bytesRead === 12 && start.toString('latin1', 0, 6) === MAGIC;
  refuseIf(!isNpy, 'is neither a .npy file nor a Zarr array', 'Save it with numpy.save');
  const version = start.readUInt8(6);
  refuseIf(version < 1 || version > 3, `is of .npy version ${version}`, 'Save it with numpy.save');
  const [length, at] = version === 1 ? [start.readUInt16LE(8), 10] : [start.readUInt32LE(8), 12];
  refuseIf(length > LONGEST_HEADER, 'has a header of unusual length', 'Save it with numpy.save');
  const header = Buffer.alloc(length);
  await file.read(header, 0, length, at);
  return { ...parseDictionary(header.toString('utf8')), offset: at + length };
}

function parseDictionary(text: string): Omit<NpyHeader, 'offset'> {
  const [, byteOrder, number] = /'descr':\s*'([<>|=])([a-zA-Z]\d+)'/.exec(text) ?? [];
  const [, order] = /'fortran_order':\s*(True|False)/.exec(text) ?? [];
  const [, shape] = /'shape':\s*\(([\d,\s]*)\)/.exec(text) ?? [];
  if (number === undefined || order === undefined || shape === undefined) {
    throw new InputRefusal('is not an array of plain numbers', 'Save it as float32 or float64');
  }
  return {
    number,
    littleEndian: byteOrder !== '>',
    fortranOrder: order === 'True',
    shape: shape
      .split(',')
      .filter((part) => part.trim() !== '')
      .map(Number),
  };
}
