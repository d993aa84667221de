import type { BinaryOperation, UnaryOperation } from '../compiler/program.js';
import { type Bytes, float32, signed, unsigned } from './encoding.js';

// Opcodes: WebAssembly core specification 2.0, section 5.4, and its vector instructions (prefix 0xfd).

const EMPTY_BLOCK = 0x40;
const FOUR_BYTES = 2;

const simd = (code: number): Bytes => [0xfd, ...unsigned(code)];
const memoryArgument = (offset: number): Bytes => [FOUR_BYTES, ...unsigned(offset)];

export const local = {
  get: (index: number): Bytes => [0x20, ...unsigned(index)],
  set: (index: number): Bytes => [0x21, ...unsigned(index)],
  tee: (index: number): Bytes => [0x22, ...unsigned(index)],
};

export const i32 = {
  const: (value: number): Bytes => [0x41, ...signed(value)],
  lessUnsigned: [0x49],
  lessEqualUnsigned: [0x4d],
  greaterEqualUnsigned: [0x4f],
  add: [0x6a],
  subtract: [0x6b],
  and: [0x71],
};

/** What follows up to its end is repeated from here where it says so. */
export const loop: Bytes = [0x03, EMPTY_BLOCK];
/** Back to where the innermost loop begins, unless a number is 0. */
export const repeatIf: Bytes = [0x0d, 0];
/** What follows up to its end is left out where a number is 0. */
export const onlyIf: Bytes = [0x04, EMPTY_BLOCK];
export const end: Bytes = [0x0b];

export const v128 = {
  load: (offset: number): Bytes => [...simd(0), ...memoryArgument(offset)],
  store: (offset: number): Bytes => [...simd(11), ...memoryArgument(offset)],
  /** Four equal f32. */
  const: (value: number): Bytes => {
    const lane = float32(value);
    return [...simd(12), ...lane, ...lane, ...lane, ...lane];
  },
  /** Takes the value where the bits are 1, the one where they are 0, and the bits. */
  bitselect: simd(82),
  and: simd(78),
};

/** Four lanes of the eight that two vectors have. */
export function shuffle(lanes: readonly number[]): Bytes {
  return [...simd(13), ...lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3])];
}

/** A truth value is a vector of all ones or all zeros. */
export function truth(value: boolean): Bytes {
  return [...simd(12), ...new Array<number>(16).fill(value ? 0xff : 0)];
}

export const i32x4 = {
  splat: simd(17),
  /** The numbers 0, 4, 8 and 12: where in a vector its lanes lie. */
  laneOffsets: [...simd(12), ...[0, 4, 8, 12].flatMap((offset) => [offset, 0, 0, 0])],
  add: simd(174),
  lessUnsigned: simd(58),
  greaterEqualUnsigned: simd(64),
};

export const splatF32 = simd(19);

export const unaryInstructions: Readonly<Record<UnaryOperation, Bytes>> = {
  not: simd(77),
  ceil: simd(103),
  floor: simd(104),
  trunc: simd(105),
  nearest: simd(106),
  abs: simd(224),
  negate: simd(225),
  sqrt: simd(227),
};

export const binaryInstructions: Readonly<Record<BinaryOperation, Bytes>> = {
  equal: simd(65),
  notEqual: simd(66),
  less: simd(67),
  greater: simd(68),
  lessEqual: simd(69),
  greaterEqual: simd(70),
  and: simd(78),
  or: simd(80),
  add: simd(228),
  subtract: simd(229),
  multiply: simd(230),
  divide: simd(231),
  min: simd(232),
  max: simd(233),
};
