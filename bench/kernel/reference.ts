import { coupling, Digest, noise } from './cells.js';
import type { ProblemName } from './problems.js';

const f = Math.fround;

/** The cells around one, in dense arrays of (n + 2)³ with a shell of fixed ones. */
interface Strides {
  readonly row: number;
  readonly plane: number;
}

/** What every contestant must equal bit for bit after `steps` steps on n³ cells. */
export function referenceDigest(problem: ReferenceName, n: number, steps: number): number {
  const digest = new Digest();
  for (const cells of referenceState(problem, n, steps)) digest.add(cells);
  return digest.value;
}

/** The cells of each array that a digest takes, in its order, after `steps` steps from noise: strict f32, one rounding an operation. */
export function referenceState(problem: ReferenceName, n: number, steps: number): readonly Float32Array[] {
  const arrays =
    problem === 'm2'
      ? [0, 1].flatMap((component) => m2(n, steps, component))
      : [leapfrog(differences[problem], n, steps)];
  return arrays.map((array) => unframed(n, array));
}

/** `naive19` is `nineteen` with each of the 19 cells read and added on its own. */
type ReferenceName = ProblemName | 'naive19';

/** What k is multiplied with, in the cell `i` of `u`. */
type Difference = (u: Float32Array, i: number, strides: Strides) => number;

const differences: Readonly<Record<Exclude<ReferenceName, 'm2'>, Difference>> = {
  seven: (u, i, { row, plane }) => {
    return f(f(f(pair(u, i, 1) + pair(u, i, row)) + pair(u, i, plane)) - f(6 * at(u, i)));
  },
  nineteen: (u, i, strides) => {
    const beside = f(side(u, i - 1, strides) + side(u, i + 1, strides));
    const across = f(f(FACE * ring(u, i, strides)) + f(EDGE * corners(u, i, strides)));
    return f(f(beside + across) - f(4 * at(u, i)));
  },
  naive19: (u, i, strides) => {
    const { row, plane } = strides;
    const faces = f(f(pair(u, i, 1) + pair(u, i, row)) + pair(u, i, plane));
    const xy = f(pair(u, i - row, 1) + pair(u, i + row, 1));
    const xz = f(pair(u, i - plane, 1) + pair(u, i + plane, 1));
    const edges = f(f(xy + xz) + corners(u, i, strides));
    return f(f(f(FACE * faces) + f(EDGE * edges)) - f(4 * at(u, i)));
  },
};

const FACE = f(1 / 3);
const EDGE = f(1 / 6);

function ring(u: Float32Array, i: number, { row, plane }: Strides): number {
  return f(pair(u, i, row) + pair(u, i, plane));
}

function side(u: Float32Array, i: number, strides: Strides): number {
  return f(f(FACE * at(u, i)) + f(EDGE * ring(u, i, strides)));
}

function corners(u: Float32Array, i: number, { row, plane }: Strides): number {
  return f(pair(u, i - plane, row) + pair(u, i + plane, row));
}

function pair(u: Float32Array, i: number, stride: number): number {
  return f(at(u, i - stride) + at(u, i + stride));
}

function at(u: Float32Array, i: number): number {
  return u[i] as number;
}

function leapfrog(difference: Difference, n: number, steps: number): Float32Array {
  const strides = stridesOf(n);
  const k = framed(n, coupling(n ** 3));
  let u = framed(n, noise(n ** 3, 0, 'now'));
  let p = framed(n, noise(n ** 3, 0, 'before'));
  for (let step = 0; step < steps; step += 1) {
    for (const [from, to] of rows(n)) {
      for (let i = from; i < to; i += 1) {
        p[i] = f(f(f(2 * at(u, i)) - at(p, i)) + f(at(k, i) * difference(u, i, strides)));
      }
    }
    [u, p] = [p, u];
  }
  return u;
}

/** One field of OpenWave's M2, in the order of shaders/models/wave.wgsl. Gives ψ, rms², freq and the last crossing. */
function m2(n: number, steps: number, component: number): Float32Array[] {
  const { row, plane } = stridesOf(n);
  const courant2 = f(0.3);
  const [dt, smoothing, rest, share, decay] = [0.5, f(0.005), f(0.995), f(0.05), f(0.95)];
  let u = framed(n, noise(n ** 3, component, 'now'));
  let p = framed(n, noise(n ** 3, component, 'before'));
  const [rms2, freq, crossed] = [u, u, u].map(({ length }) => new Float32Array(length)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  for (let step = 0; step < steps; step += 1) {
    const time = f(step * dt);
    for (const [from, to] of rows(n)) {
      for (let i = from; i < to; i += 1) {
        const inPlane = f(f(pair(u, i, 1) + at(u, i - row)) + at(u, i + row));
        const around = f(f(inPlane + at(u, i - plane)) + at(u, i + plane));
        const next = f(f(f(2 * at(u, i)) - at(p, i)) + f(courant2 * f(around - f(6 * at(u, i)))));
        p[i] = next;
        rms2[i] = f(f(smoothing * f(next * next)) + f(rest * at(rms2, i)));
        if (at(u, i) < 0 && next >= 0) {
          const period = f(time - at(crossed, i));
          if (period > 2 * dt) freq[i] = f(f(share / period) + f(decay * at(freq, i)));
          crossed[i] = time;
        }
      }
    }
    [u, p] = [p, u];
  }
  return [u, rms2, freq, crossed];
}

function stridesOf(n: number): Strides {
  return { row: n + 2, plane: (n + 2) ** 2 };
}

/** Where the rows of cells begin and end. */
function* rows(n: number): Generator<readonly [from: number, to: number]> {
  const { row, plane } = stridesOf(n);
  for (let z = 1; z <= n; z += 1) {
    for (let y = 1; y <= n; y += 1) {
      const from = z * plane + y * row + 1;
      yield [from, from + n];
    }
  }
}

function framed(n: number, cells: Float32Array): Float32Array {
  const array = new Float32Array((n + 2) ** 3);
  let taken = 0;
  for (const [from] of rows(n)) {
    array.set(cells.subarray(taken, taken + n), from);
    taken += n;
  }
  return array;
}

function unframed(n: number, array: Float32Array): Float32Array {
  const cells = new Float32Array(n ** 3);
  let put = 0;
  for (const [from, to] of rows(n)) {
    cells.set(array.subarray(from, to), put);
    put += n;
  }
  return cells;
}
