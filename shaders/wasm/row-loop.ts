import { type Code, repeatWhile, sequence, when } from './code.js';
import { i32, i32x4, local, v128 } from './instructions.js';
import { VECTOR_BYTES } from './layout.js';

/** The places of a step's parameters. */
export const parameter = { first: 0, rows: 1, planes: 2, from: 3, to: 4, component: 5, time: 6 } as const;
/** The running row and how many are left of it, and in it the running vector and the same one of the media. */
const [ROW, LEFT] = [7, 8] as const;
export const [AT, MEDIA_AT] = [9, 10] as const;
/** The bounds of a row's cells, and where the last whole stretch begins. */
const [START, STOP, LAST] = [11, 12, 13] as const;
/** Lanes inside the box; what follows is for the cells' own values. */
export const MASK = 14;
export const LOCALS = { i32: MASK - ROW, v128: 1 } as const;

/** How a step goes through its box: slow along `outer`, some rows at once; fast along `inner`. */
export interface Axes {
  readonly outer: Axis;
  readonly inner: Axis;
}

interface Axis {
  /** The parameter that counts it. */
  readonly count: typeof parameter.rows | typeof parameter.planes;
  readonly bytes: number;
}

/** The instructions of one strip of rows. */
export interface StripCode {
  readonly rows: number;
  readonly beginning: Code;
  /** So many whole vectors at once, where they lie inside the box; undefined where that is not worth its bytes. */
  readonly stretch: { readonly vectors: number; readonly code: Code } | undefined;
  /** One vector that may stick out of the box. */
  readonly masked: Code;
}

/** Goes through a box in strips, the first of them as long as they fit, then the next. */
export function boxLoops(strips: readonly StripCode[], { outer, inner }: Axes): Code {
  const loops = strips.map((strip) => {
    const { rows } = strip;
    const enough: Code = [local.get(outer.count), i32.const(rows), i32.greaterEqualUnsigned];
    const across = sequence(
      [local.get(parameter.first), local.set(ROW), local.get(inner.count), local.set(LEFT)],
      repeatWhile(sequence(stripLoop(strip), advanced(ROW, inner.bytes), advanced(LEFT, -1)), [
        local.get(LEFT),
      ]),
      advanced(parameter.first, rows * outer.bytes),
      advanced(outer.count, -rows),
    );
    return when(enough, repeatWhile(across, enough));
  });
  return sequence(...loops);
}

/**
 * Rows are taken in whole, aligned vectors. The first and the last of a row may stick out of the box: they take the
 * masked code, which keeps the cells outside. Each cell is computed once, because the new level overwrites what it was
 * computed from.
 */
function stripLoop({ beginning, stretch, masked }: StripCode): Code {
  const more: Code = [local.get(AT), local.get(STOP), i32.lessUnsigned];
  const bounds: Code = [
    local.get(ROW),
    local.get(parameter.from),
    i32.add,
    local.tee(START),
    i32.const(-VECTOR_BYTES),
    i32.and,
    local.set(AT),
    local.get(ROW),
    local.get(parameter.to),
    i32.add,
    local.set(STOP),
  ];
  const whole = stretch ? stretches(stretch) : [];
  const rest = when(more, sequence(maskOfBox, masked, nextVectors(1)));
  return sequence(bounds, mediaAddress, beginning, repeatWhile(sequence(whole, rest), more));
}

function stretches({ vectors, code }: NonNullable<StripCode['stretch']>): Code {
  const bytes = vectors * VECTOR_BYTES;
  const inside = [local.get(START), local.get(AT), i32.lessEqualUnsigned];
  const fits = [local.get(AT), i32.const(bytes), i32.add, local.get(STOP), i32.lessEqualUnsigned];
  const turns = repeatWhile(sequence(code, nextVectors(vectors)), [
    local.get(AT),
    local.get(LAST),
    i32.lessEqualUnsigned,
  ]);
  const last: Code = [local.get(STOP), i32.const(bytes), i32.subtract, local.set(LAST)];
  return when([...inside, ...fits, i32.and], sequence(last, turns));
}

/** All components share the media. */
const mediaAddress: Code = [local.get(AT), local.get(parameter.component), i32.subtract, local.set(MEDIA_AT)];

function nextVectors(count: number): Code {
  return [...advanced(AT, count * VECTOR_BYTES), ...mediaAddress];
}

function advanced(index: number, by: number): Code {
  return [local.get(index), i32.const(by), i32.add, local.set(index)];
}

const lanes: Code = [local.get(AT), i32x4.splat, i32x4.laneOffsets, i32x4.add];
const maskOfBox: Code = [
  ...lanes,
  local.get(START),
  i32x4.splat,
  i32x4.greaterEqualUnsigned,
  ...lanes,
  local.get(STOP),
  i32x4.splat,
  i32x4.lessUnsigned,
  v128.and,
  local.set(MASK),
];
