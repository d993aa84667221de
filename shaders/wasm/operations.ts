import type { Node, NodeIndex } from '../compiler/program.js';

/** Operations on vectors of four neighbouring cells along x. */
export type Operation =
  /** A value that is the same in every cell: a node of the program. */
  | { readonly kind: 'uniform'; readonly node: NodeIndex }
  | Load
  | Extract<Node, { kind: 'unary' | 'binary' | 'select' }>
  /** The four cells that begin `by` cells after the first of `low`; `high` has the four after those of `low`. */
  | { readonly kind: 'shift'; readonly low: NodeIndex; readonly high: NodeIndex; readonly by: number }
  /** A value that the vectors before have left. */
  | { readonly kind: 'carried'; readonly slot: number };

/** Cells of an array: `now` and `before` of a field, or a medium. `at` counts cells from the first one of a block. */
export interface Load {
  readonly kind: 'load';
  readonly array: 'now' | 'before' | 'medium';
  readonly name: string;
  readonly at: readonly [x: number, y: number, z: number];
}

export const LANES = 4;

export function operandsOf(operation: Operation): readonly NodeIndex[] {
  switch (operation.kind) {
    case 'uniform':
    case 'load':
    case 'carried':
      return [];
    case 'unary':
      return [operation.operand];
    case 'binary':
      return [operation.left, operation.right];
    case 'select':
      return [operation.yes, operation.no, operation.condition];
    case 'shift':
      return [operation.low, operation.high];
  }
}

/** The operation on other operands, and with its cells elsewhere. */
export function moved(
  operation: Operation,
  operand: (index: NodeIndex) => NodeIndex,
  [dx, dy, dz]: Load['at'],
): Operation {
  switch (operation.kind) {
    case 'uniform':
    case 'carried':
      return operation;
    case 'load': {
      const [x, y, z] = operation.at;
      return { ...operation, at: [x + dx, y + dy, z + dz] };
    }
    case 'unary':
      return { ...operation, operand: operand(operation.operand) };
    case 'binary':
      return { ...operation, left: operand(operation.left), right: operand(operation.right) };
    case 'select': {
      const [yes, no, condition] = [operation.yes, operation.no, operation.condition].map(operand);
      return { kind: 'select', yes: yes as number, no: no as number, condition: condition as number };
    }
    case 'shift':
      return { ...operation, low: operand(operation.low), high: operand(operation.high) };
  }
}

/** Operations in an order in which operands come first; equal ones are kept once. */
export class Operations {
  readonly all: Operation[] = [];
  private readonly known = new Map<string, NodeIndex>();

  add(operation: Operation): NodeIndex {
    const key = keyOf(operation);
    const found = this.known.get(key);
    if (found !== undefined) return found;
    this.all.push(operation);
    this.known.set(key, this.all.length - 1);
    return this.all.length - 1;
  }
}

function keyOf(operation: Operation): string {
  switch (operation.kind) {
    case 'uniform':
      return `uniform ${operation.node}`;
    case 'carried':
      return `carried ${operation.slot}`;
    case 'load':
      return `${operation.array} ${operation.name} ${operation.at}`;
    case 'unary':
      return `${operation.operation} ${operation.operand}`;
    case 'binary':
      return `${operation.operation} ${operation.left} ${operation.right}`;
    case 'select':
      return `select ${operation.yes} ${operation.no} ${operation.condition}`;
    case 'shift':
      return `shift ${operation.low} ${operation.high} ${operation.by}`;
  }
}
