import type { Triple } from '../grid/box.js';

/*
 * A cell of a smooth wave is told from those before it: a line through the two before it along one axis, taken along a second
 * axis as well. What is left is small, so that its high bytes are mostly zero.
 *
 *   p(i, j) = e(i, j) + 2·(a(i − 1, j) − e(i − 1, j)) − (a(i − 2, j) − e(i − 2, j))       e(i, j) = 2·a(i, j − 1) − a(i, j − 2)
 *
 * i and j count along the two longest axes of the box. Sums are f64, in one order, and p is rounded to f32: both ends get the
 * same bits. What is not finite predicts 0, for the bits of a NaN are any. Residuals are of the floats' places in their order, which
 * is that of integers, and signs come last: 0, −1, 1, −2 … are 0, 1, 2, 3 ….
 */

/** Where the cells before one cell lie, in a dense box. */
interface Walk {
  /** Cells along the two longest axes, and from one to the next. */
  readonly outer: number;
  readonly outerStride: number;
  readonly inner: number;
  readonly innerStride: number;
  /** The first cells of each plane of these two axes. */
  readonly starts: readonly number[];
}

/** Fills `left` with what the prediction leaves of each cell. `shape` `[nz, ny, nx]` is that of the cells. */
export function residuals(cells: Float32Array, shape: Triple, left: Uint32Array): void {
  const words = new Int32Array(cells.buffer, cells.byteOffset, cells.length);
  walk(cells, shape, (at, predicted) => {
    left[at] = zigzag((inOrder(words[at] as number) - inOrder(predicted)) | 0);
  });
}

/** Fills `cells` with what `residuals` was given. */
export function restore(left: Uint32Array, cells: Float32Array, shape: Triple): void {
  const words = new Int32Array(cells.buffer, cells.byteOffset, cells.length);
  walk(cells, shape, (at, predicted) => {
    // Its own inverse.
    words[at] = inOrder((inOrder(predicted) + unzigzag(left[at] as number)) | 0);
  });
}

/** Visits the cells so that those that predict a cell come before it, and gives the bits of the prediction. */
function walk(cells: Float32Array, shape: Triple, visit: (at: number, predicted: number) => void): void {
  const { outer, outerStride, inner, innerStride, starts } = walkOf(shape);
  const rounded = new Float32Array(1);
  const bits = new Int32Array(rounded.buffer);
  // a − e of the row before, and of the one before that.
  let last = new Float64Array(inner);
  let lastButOne = new Float64Array(inner);
  for (const start of starts) {
    for (let i = 0; i < outer; i++) {
      let one = 0;
      let two = 0;
      for (let j = 0; j < inner; j++) {
        const at = start + i * outerStride + j * innerStride;
        const along = j > 1 ? 2 * one - two : one;
        let sum = along;
        if (i > 1) sum += 2 * (last[j] as number) - (lastButOne[j] as number);
        else if (i === 1) sum += last[j] as number;
        rounded[0] = sum - sum === 0 ? sum : 0;
        visit(at, bits[0] as number);
        two = one;
        one = cells[at] as number;
        // The row before the last is of no more use: this one takes its place.
        lastButOne[j] = one - along;
      }
      [last, lastButOne] = [lastButOne, last];
    }
  }
}

function walkOf(shape: Triple): Walk {
  const strides = [shape[1] * shape[2], shape[2], 1] as const;
  // The shortest axis is left out; the first of those that are equally short, so that rows stay whole.
  const shortest = shape[0] <= shape[1] && shape[0] <= shape[2] ? 0 : shape[1] <= shape[2] ? 1 : 2;
  const [a, b] = shortest === 0 ? ([1, 2] as const) : shortest === 1 ? ([0, 2] as const) : ([0, 1] as const);
  return {
    outer: shape[a],
    outerStride: strides[a],
    inner: shape[b],
    innerStride: strides[b],
    starts: Array.from({ length: shape[shortest] }, (_, plane) => plane * strides[shortest]),
  };
}

/** The place of a float's bits among all floats, as an integer: −0 is next below 0. */
const inOrder = (bits: number) => (bits < 0 ? bits ^ 0x7fffffff : bits);
const zigzag = (value: number) => ((value << 1) ^ (value >> 31)) >>> 0;
const unzigzag = (word: number) => (word >>> 1) ^ -(word & 1);
