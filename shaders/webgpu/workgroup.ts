import type { Triple } from '../../core/grid/box.js';
import { LINE_CELLS } from './memory-shape.js';

/** The most workgroups along one axis of a dispatch, on every WebGPU. */
export const MOST_WORKGROUPS = 65_535;

/** How the cells of a box are dealt out to a GPU's threads. Whatever the shape, cells get the same bits. */
export interface Workgroup {
  /** Invocations along z, y, x: 256 at most in all, which every WebGPU has. */
  readonly invocations: Triple;
  /** Cells that one invocation updates, one above the other along z: what it read for one is at hand for the next. */
  readonly march: number;
}

/** Cells along z, y and x that one dispatch reaches, wherever in a line of memory the first of them lies. */
export function reachOf({ invocations: [z, y, x], march }: Workgroup): Triple {
  return [MOST_WORKGROUPS * z * march, MOST_WORKGROUPS * y, MOST_WORKGROUPS * x - LINE_CELLS];
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
