import type { Triple } from '../../core/grid/box.js';

/** How the cells of a box are dealt out to a GPU's threads. Whatever the shape, cells get the same bits. */
export interface Workgroup {
  /** Invocations along z, y, x: 256 at most in all, which every WebGPU has. */
  readonly invocations: Triple;
  /** Cells that one invocation updates, one above the other along z: what it read for one is at hand for the next. */
  readonly march: number;
}

/** Long in x, where neighbours in memory are. For devices that are not worth measuring. */
export const DEFAULT_WORKGROUP: Workgroup = { invocations: [1, 2, 64], march: 1 };

/** What is measured where it pays. x is a multiple of 32, so that a row of threads reads whole lines of memory. */
const CANDIDATES: readonly Workgroup[] = [
  { invocations: [1, 4, 64], march: 1 },
  { invocations: [1, 8, 32], march: 1 },
  { invocations: [1, 1, 256], march: 1 },
  { invocations: [1, 4, 64], march: 4 },
  { invocations: [1, 8, 32], march: 8 },
  { invocations: [1, 2, 128], march: 16 },
  { invocations: [4, 2, 32], march: 1 },
  DEFAULT_WORKGROUP,
];

/** In 2-D there is nothing to march along. */
export function candidatesFor(dimensions: 2 | 3): readonly Workgroup[] {
  if (dimensions === 3) return CANDIDATES;
  return CANDIDATES.filter(({ invocations: [z], march }) => z === 1 && march === 1);
}

/** `z,y,x,march` */
export function writeWorkgroup({ invocations, march }: Workgroup): string {
  return [...invocations, march].join();
}

/** What `writeWorkgroup` wrote, if it is one of the candidates; undefined for anything else. */
export function readWorkgroup(text: string, dimensions: 2 | 3): Workgroup | undefined {
  return candidatesFor(dimensions).find((candidate) => writeWorkgroup(candidate) === text);
}
