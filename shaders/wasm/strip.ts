import type { NodeIndex } from '../compiler/program.js';
import type { Cell } from './cell.js';
import { LANES, type Load, moved, type Operation, Operations, operandsOf } from './operations.js';
import { byShape, type Translate, translatesOf } from './translates.js';

/** Vectors of a strip that are advanced at once, one after another along x. */
export interface Block {
  readonly operations: readonly Operation[];
  readonly vectors: readonly VectorResults[];
  /** What the next block finds in each carried slot. */
  readonly carried: readonly NodeIndex[];
}

/** The new values of four cells, for each field in the model's order. */
export interface VectorResults {
  readonly at: Load['at'];
  readonly results: readonly NodeIndex[];
}

/**
 * Smaller values are cheaper to compute again than to shift or to carry along. Larger ones are made of smaller ones
 * that are shared.
 */
const SHARED_SIZE = { least: 6, most: 128 } as const;

/** In larger models nothing is looked for: the search would take longer than a model may take to be ready. */
const MOST_SEARCHED = 512;

function searched(operations: readonly Operation[]): readonly (Translate | undefined)[] {
  return operations.length > MOST_SEARCHED ? [] : translatesOf(operations);
}

const isShared = ({ size }: Translate): boolean => size >= SHARED_SIZE.least && size <= SHARED_SIZE.most;

/**
 * One row, or some rows one above another, worked off along x. A value that several rows need is computed once. One that
 * the same vector needs at several places along x, such as `g(−1) + g(1)`, is computed once for each vector: it is
 * carried along and shifted into place. All of it does the same operations on the same numbers: bits do not change.
 */
export class Strip {
  private readonly operations: readonly Operation[];
  private readonly vectors: readonly VectorResults[];
  private readonly translates: readonly (Translate | undefined)[];
  private readonly windows: readonly Window[];

  /** `rows` of them, each lying `above` the one before. */
  constructor(
    cell: Cell,
    readonly rows: number,
    above: Load['at'],
  ) {
    const { operations, vectors } = firstVectors(cell, rows, above);
    this.operations = operations;
    this.vectors = vectors;
    this.translates = searched(operations);
    this.windows = windowsOf(
      operations,
      this.translates,
      vectors.flatMap(({ results }) => results),
    );
  }

  block(vectors: number): Block {
    if (vectors === 1 && this.windows.length === 0) {
      return { operations: this.operations, vectors: this.vectors, carried: [] };
    }
    const operations = new Operations();
    const places = Array.from({ length: vectors }, (_, vector) => this.placed(operations, vector));
    const carried = this.carries.map(({ window, anchor }) => {
      const next = anchor + vectors * LANES;
      if (next < window.to) return operations.add({ kind: 'carried', slot: this.slotOf(window, next) });
      return places[(next - window.to) / LANES]?.[window.last] as NodeIndex;
    });
    const results = places.flatMap((place, vector) =>
      this.vectors.map(
        ({ at: [x, y, z], results }): VectorResults => ({
          at: [x + vector * LANES, y, z],
          results: results.map((index) => place[index] as NodeIndex),
        }),
      ),
    );
    return { operations: operations.all, vectors: results, carried };
  }

  /** What the first block of a row finds carried along. */
  beginning(): Pick<Block, 'operations' | 'carried'> {
    const operations = new Operations();
    const carried = this.carries.map(({ window, anchor }) => {
      const place = this.translated(operations, anchor - window.to);
      return place[window.last] as NodeIndex;
    });
    return { operations: operations.all, carried };
  }

  /** How many values are carried along. */
  get slots(): number {
    return this.carries.length;
  }

  private get carries(): { window: Window; anchor: number }[] {
    return this.windows.flatMap((window) =>
      Array.from({ length: (window.to - window.from) / LANES }, (_, slot) => ({
        window,
        anchor: window.from + slot * LANES,
      })),
    );
  }

  private slotOf(window: Window, anchor: number): number {
    return this.carries.findIndex((slot) => slot.window === window && slot.anchor === anchor);
  }

  private translated(operations: Operations, dx: number): NodeIndex[] {
    const place: NodeIndex[] = [];
    for (const operation of this.operations) {
      place.push(operations.add(moved(operation, (index) => place[index] as NodeIndex, [dx, 0, 0])));
    }
    return place;
  }

  /** The operations of one vector of a block, with what is carried along in its place. */
  private placed(operations: Operations, vector: number): NodeIndex[] {
    const place: NodeIndex[] = [];
    for (const [index, operation] of this.operations.entries()) {
      const window = this.windows.find(({ members }) => members.has(index));
      const anchor = (this.translates[index]?.anchor ?? 0) + vector * LANES;
      const carried = window && anchor >= window.from && anchor < window.to;
      const placed: Operation = carried
        ? { kind: 'carried', slot: this.slotOf(window, anchor) }
        : moved(operation, (operand) => place[operand] as NodeIndex, [vector * LANES, 0, 0]);
      place.push(operations.add(placed));
    }
    return place;
  }
}

/** Values of one shape, whole vectors apart: computed at the anchor `to`, and carried along to those from `from` on. */
interface Window {
  readonly from: number;
  readonly to: number;
  /** The value at `to`. */
  readonly last: NodeIndex;
  readonly members: ReadonlySet<NodeIndex>;
}

/** The operations of the first vector of each row. Values that stand at several places along x are computed in whole vectors, and shifted. */
function firstVectors(cell: Cell, rows: number, above: Load['at']): Pick<Block, 'operations' | 'vectors'> {
  const translates = searched(cell.operations);
  const shared = new Set([...byShape(translates, isShared).values()].flat());
  if (rows === 1 && shared.size === 0) {
    return { operations: cell.operations, vectors: [{ at: [0, 0, 0], results: cell.results }] };
  }
  const operations = new Operations();
  const vectors = Array.from({ length: rows }, (_, row): VectorResults => {
    const lift = [above[0] * row, above[1] * row, above[2] * row] as const;
    const known = new Map<number, NodeIndex[]>();
    const valueAt = (index: NodeIndex, dx: number): NodeIndex => {
      const values = known.get(dx) ?? [];
      known.set(dx, values);
      values[index] ??= operations.add(operationAt(index, dx));
      return values[index];
    };
    const operationAt = (index: NodeIndex, dx: number): Operation => {
      const anchor = (translates[index]?.anchor ?? 0) + dx;
      const by = anchor - LANES * Math.floor(anchor / LANES);
      if (shared.has(index) && by > 0) {
        return { kind: 'shift', low: valueAt(index, dx - by), high: valueAt(index, dx - by + LANES), by };
      }
      const operation = cell.operations[index] as Operation;
      return moved(operation, (operand) => valueAt(operand, dx), [dx + lift[0], lift[1], lift[2]]);
    };
    // In order, so that each finds its operands: a long chain of operations does not nest.
    for (const index of cell.operations.keys()) valueAt(index, 0);
    return { at: lift, results: cell.results.map((index) => valueAt(index, 0)) };
  });
  return { operations: operations.all, vectors };
}

function windowsOf(
  operations: readonly Operation[],
  translates: readonly (Translate | undefined)[],
  results: readonly NodeIndex[],
): Window[] {
  if (translates.length === 0) return [];
  const needed = neededBy(results, (index) => operandsOf(operations[index] as Operation));
  const candidates = [...byShape(translates, (one, index) => isShared(one) && needed.has(index)).values()]
    .flatMap((group) => wholeVectorsApart(group, translates))
    .filter((group) => group.length > 1)
    .map((group): Window => {
      const anchors = group.map((index) => translates[index]?.anchor as number);
      const to = Math.max(...anchors);
      const last = group[anchors.indexOf(to)] as NodeIndex;
      return { from: Math.min(...anchors), to, last, members: new Set(group) };
    });
  // What only carried values are made of is not needed where these are carried.
  const windowOf = (index: NodeIndex) => candidates.find(({ members }) => members.has(index));
  const stillNeeded = neededBy(results, (index) => {
    const window = windowOf(index);
    return window && window.last !== index ? [window.last] : operandsOf(operations[index] as Operation);
  });
  return candidates.flatMap((window) => {
    const anchors = [...window.members]
      .filter((index) => stillNeeded.has(index))
      .map((index) => translates[index]?.anchor as number);
    const from = Math.min(...anchors);
    return from < window.to ? [{ ...window, from }] : [];
  });
}

function wholeVectorsApart(
  group: readonly NodeIndex[],
  translates: readonly (Translate | undefined)[],
): NodeIndex[][] {
  const rests = new Map<number, NodeIndex[]>();
  for (const index of group) {
    const anchor = translates[index]?.anchor as number;
    const rest = anchor - LANES * Math.floor(anchor / LANES);
    rests.set(rest, [...(rests.get(rest) ?? []), index]);
  }
  return [...rests.values()];
}

function neededBy(
  results: readonly NodeIndex[],
  operands: (index: NodeIndex) => readonly NodeIndex[],
): Set<NodeIndex> {
  const needed = new Set<NodeIndex>();
  const pending = [...results];
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    if (needed.has(index)) continue;
    needed.add(index);
    pending.push(...operands(index));
  }
  return needed;
}
